/** A command line that cannot be understood: the message and how to get help on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
