import { parseArgs } from 'node:util';
import { UsageError } from '@streamworks/common/cli';

/** Flags of a command line by name; each is `--name value` or `--name=value`. */
export type Flags = Readonly<Record<string, string | undefined>>;

/** Reads flags. Throws a {@link UsageError} for one that is not among the names, or for anything that is no flag. */
export function readFlags(args: readonly string[], names: readonly string[]): Flags & { readonly help: boolean } {
  const flags = Object.fromEntries(names.map((name) => [name, { type: 'string' }] as const));
  try {
    const { values } = parseArgs({ args: [...args], options: { ...flags, help: { type: 'boolean', short: 'h' } } });
    return { ...values, help: values.help === true } as Flags & { readonly help: boolean }; // all the others are strings
  } catch (error) {
    // Node's messages go on with advice for programs that take any text.
    const [problem = ''] = (error as Error).message.split(/\.\s/);
    throw new UsageError(problem);
  }
}

/** A whole number that a flag gives; the default where it is absent. */
export function readWhole(flags: Flags, name: string, byDefault: number, most = 2 ** 31 - 1): number {
  const text = flags[name];
  if (text === undefined) return byDefault;
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError(`--${name} ${JSON.stringify(text)} is no whole number up to ${most}`);
}

/** `true` or `false`; the default where the flag is absent. */
export function readBoolean(flags: Flags, name: string, byDefault: boolean): boolean {
  const text = flags[name];
  if (text === undefined) return byDefault;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UsageError(`--${name} ${JSON.stringify(text)} is neither true nor false`);
}
