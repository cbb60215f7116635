import { parseArgs, type ParseArgsConfig } from 'node:util';
import { EncodeError } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { UsageError } from './usage-error.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What the client script of a service does, and how it is called. */
export interface ClientCommand {
  /** The name of the service: the script is `pnpm client <name>`. */
  readonly name: string;
  /** Where the service listens unless `--target` says otherwise. */
  readonly target: string;
  /** What stands behind the name in the usage line: `[number]`. */
  readonly parameters: string;
  /** What the script does, in a line or two. */
  readonly description: string;
  /** Options besides `--target` and `--help`, with a line of help each. */
  readonly options?: Record<string, Options[string] & { readonly help: string }>;
  readonly run: (input: ClientInput) => Promise<void>;
}

/** The command line, taken apart. */
export interface ClientInput {
  readonly target: string;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborts at Ctrl-C: the call is cancelled. */
  readonly signal: AbortSignal;
  /** Writes a line to stdout. */
  readonly print: (line: unknown) => void;
}

/**
 * Runs a client script. Its exit code is 0 when all was as it should be, 1 when a call failed or an answer was wrong,
 * 2 for a command line that cannot be understood, 130 after Ctrl-C.
 */
export async function runClient(command: ClientCommand): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  // A reader that has enough (`| head`) closes the pipe: no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    const { values, positionals } = readCommandLine(command, process.argv.slice(2));
    if (values['help'] === true) {
      process.stdout.write(toHelp(command));
      return;
    }
    const target = String(values['target'] ?? command.target);
    const print = (line: unknown): void => void process.stdout.write(`${String(line)}\n`);
    await command.run({ target, positionals, options: values, signal: interrupted.signal, print });
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.exitCode = 130;
    } else {
      process.exitCode = error instanceof UsageError ? 2 : 1;
      process.stderr.write(`${command.name}: ${describe(error, command)}\n`);
    }
  }
}

function readCommandLine(command: ClientCommand, args: readonly string[]) {
  // A negative number is an argument, and parseArgs would take it for an option.
  const isNumber = (arg: string): boolean => /^-(\.?\d|Infinity)/.test(arg);
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg) => (isNumber(arg) ? `\0${arg}` : arg)),
      options: {
        ...Object.fromEntries(
          Object.entries(command.options ?? {}).map(([name, { help: _, ...option }]) => [name, option]),
        ),
        target: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      } as Options,
      allowPositionals: true,
    });
    const restore = <T>(value: T): T => (typeof value === 'string' ? (value.replace(/^\0/, '') as T) : value);
    return {
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, restore(value)])),
      positionals: positionals.map(restore),
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function toHelp({ name, parameters, description, target, options = {} }: ClientCommand): string {
  const rows = [
    ...Object.entries(options).map(([option, { type, help }]) => [
      `--${option}${type === 'string' ? ' <value>' : ''}`,
      help,
    ]),
    ['--target <host:port>', `where the service listens (default ${target})`],
    ['-h, --help', 'this text'],
  ];
  const width = Math.max(...rows.map(([left = '']) => left.length));
  const lines = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
  const usage = ['pnpm client', name, parameters].filter((part) => part !== '').join(' ');
  return `Usage: ${usage} [options]\n\n${description}\n\nOptions:\n${lines.join('\n')}\n`;
}

function describe(error: unknown, { name, target }: ClientCommand): string {
  if (error instanceof UsageError) return `${error.message}\nTry: pnpm client ${name} --help`;
  if (error instanceof CallError) {
    const hint =
      error.code === 'UNAVAILABLE'
        ? `\nIs the service running? Start all with: pnpm dev (it listens on ${target})`
        : '';
    return `${error.code}: ${error.statusMessage}${hint}`;
  }
  if (error instanceof EncodeError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
