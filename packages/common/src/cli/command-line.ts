import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ClientCommand } from './client-command.js';
import { tlsOptions } from './tls-options.js';
import { tokenOption } from './token-option.js';
import { UsageError } from './usage-error.js';

/** Takes a command line apart. Throws a {@link UsageError} for one that does not fit the command. */
export function readCommandLine(command: ClientCommand, args: readonly string[]) {
  const { values, positionals } = parse(command, args);
  if (values['help'] === true) return { values, positionals };
  const most = countParameters(command.parameters);
  if (positionals.length > most) throw new UsageError(`unexpected argument ${JSON.stringify(positionals[most])}`);
  checkTarget(values['target'], command.target);
  return { values, positionals };
}

function parse({ options = {} }: ClientCommand, args: readonly string[]) {
  const types = Object.entries({ ...options, ...tlsOptions, ...tokenOption }).map(([name, { type }]) => [
    name,
    { type },
  ]);
  const config: NonNullable<ParseArgsConfig['options']> = {
    ...Object.fromEntries(types),
    target: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    // A negative number is an argument, and parseArgs would take it for an option.
    const marked = args.map((arg) => (/^-(\.?\d|Infinity)/.test(arg) ? `\0${arg}` : arg));
    const { values, positionals } = parseArgs({ args: marked, options: config, allowPositionals: true });
    return {
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, unmark(value)])),
      positionals: positionals.map(unmark),
    };
  } catch (error) {
    // Node's messages go on with advice for programs that take any text.
    const [problem = ''] = (error as Error).message.split('. ');
    throw new UsageError(problem);
  }
}

function unmark<Value>(value: Value): Value {
  return typeof value === 'string' ? (value.replace(/^\0/, '') as Value) : value; // a string stays one
}

function countParameters(parameters: string): number {
  return parameters.includes('...') ? Infinity : parameters.split(' ').filter((part) => part !== '').length;
}

/** grpc-js takes nearly anything for a target, and fails late and darkly. */
function checkTarget(target: unknown, example: string): void {
  if (target === undefined || /^(dns|ipv4|ipv6|unix):./.test(String(target))) return;
  const [, port] = /^(?:[^:[\]/\s]+|\[[^[\]/\s]+\]):(\d{1,5})$/.exec(String(target)) ?? [];
  if (port !== undefined && Number(port) <= 65_535) return;
  throw new UsageError(`--target ${JSON.stringify(target)} is no host and port, such as ${example}`);
}

/** How a person calls it. */
export function toInvocation({ name, command = `pnpm client ${name}` }: ClientCommand): string {
  return command;
}

/** The text of `--help`. */
export function toHelp(command: ClientCommand): string {
  const { parameters, description, target, options = {} } = command;
  const rows = [
    ...Object.entries(options).map(([option, { type, help }]) => [
      `--${option}${type === 'string' ? ' <value>' : ''}`,
      help,
    ]),
    ['--target <host:port>', `where the service listens${target === '' ? '' : ` (default ${target})`}`],
    ...Object.entries({ ...tlsOptions, ...tokenOption }).map(([option, { value, help }]) => [
      `--${option}${value}`,
      help,
    ]),
    ['-h, --help', 'this text'],
  ];
  const width = Math.max(...rows.map(([left = '']) => left.length));
  const lines = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
  const usage = [toInvocation(command), parameters].filter((part) => part !== '').join(' ');
  return `Usage: ${usage} [options]\n\n${description}\n\nOptions:\n${lines.join('\n')}\n`;
}
