const NAME_BYTES = 128;

/** What is wrong with the name of a file; undefined for one that is no path on any system. */
export function findNameProblem(name: string): string | undefined {
  if (name === '') return 'is missing';
  const bytes = Buffer.byteLength(name);
  if (bytes > NAME_BYTES) return `has ${bytes} bytes, and may have ${NAME_BYTES}`;
  if (/[/\\]/.test(name) || name === '.' || name === '..' || /^[A-Za-z]:/.test(name)) return 'has a path in it';
  return /\p{Cc}/u.test(name) ? 'has a control character in it' : undefined;
}
