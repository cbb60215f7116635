/** What a caller is told where the system opens no more files. */
export const TOO_MANY_OPEN = 'the server has too many files open: try again later';
