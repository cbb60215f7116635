import { parseArgs } from 'node:util';
import { UsageError } from '@streamworks/common/cli';

/** Flags of a command line by name; each is `--name value` or `--name=value`. */
export type Flags = Readonly<Record<string, string | undefined>>;

/**
 * Reads flags; undefined where `--help` or `-h` is among them. Throws a {@link UsageError} for one that is not among the
 * names, for one that is given twice, and for anything that is no flag.
 */
export function readFlags(args: readonly string[], names: readonly string[]): Flags | undefined {
  // `pnpm interop:client -- --case x`: pnpm hands the dashes on.
  const given = args[0] === '--' ? args.slice(1) : [...args];
  if (given.includes('--help') || given.includes('-h')) return undefined;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' }] as const));
  const { values, tokens } = parse(() => parseArgs({ args: given, options, tokens: true }));
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (seen.has(token.name)) throw new UsageError(`--${token.name} is given twice`);
    seen.add(token.name);
  }
  return values;
}

function parse<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    // Node's messages go on with advice for programs that take any text.
    const [problem = ''] = (error as Error).message.split(/\.\s/);
    throw new UsageError(problem);
  }
}

/** The bounds of a whole number, and what it is where its flag is absent. */
export interface WholeOptions {
  readonly byDefault: number;
  /** Default: 0. */
  readonly least?: number;
  /** Default: the longest time of a timer of Node, in milliseconds. */
  readonly most?: number;
}

/** A whole number that a flag gives. */
export function readWhole(
  flags: Flags,
  name: string,
  { byDefault, least = 0, most = 2 ** 31 - 1 }: WholeOptions,
): number {
  const text = flags[name];
  if (text === undefined) return byDefault;
  if (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new UsageError(`--${name} ${JSON.stringify(text)} is no whole number from ${least} to ${most}`);
}

/** `true` or `false`; the default where the flag is absent. */
export function readBoolean(flags: Flags, name: string, byDefault: boolean): boolean {
  const text = flags[name];
  if (text === undefined) return byDefault;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UsageError(`--${name} ${JSON.stringify(text)} is neither true nor false`);
}
