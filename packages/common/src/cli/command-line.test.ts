import { describe, expect, it } from 'vitest';
import type { ClientCommand } from './client-command.js';
import { readCommandLine, toHelp } from './command-line.js';
import { UsageError } from './usage-error.js';

const command: ClientCommand = {
  name: 'pow',
  target: 'localhost:8082',
  parameters: '[number]',
  description: 'Prints powers.',
  options: {
    interval: { type: 'string', help: 'the time between two' },
    quiet: { type: 'boolean', help: 'less' },
  },
  run: async () => undefined,
};
const read = (...args: string[]) => readCommandLine(command, args);

describe('readCommandLine', () => {
  it('tells arguments and options apart, in any order', () => {
    expect(read('2', '--interval', '1s', '--quiet')).toEqual({
      values: { interval: '1s', quiet: true },
      positionals: ['2'],
    });
    expect(read('--interval=1s', '2')).toEqual({ values: { interval: '1s' }, positionals: ['2'] });
  });

  it.each(['-2', '-0.5', '-.5', '-1e9', '-Infinity', '-9223372036854775808'])('takes %s for an argument', (number) => {
    expect(read(number).positionals).toEqual([number]);
  });

  it('takes a negative value of an option', () => {
    expect(read('--interval', '-1s').values).toEqual({ interval: '-1s' });
  });

  it('takes everything behind -- for arguments', () => {
    expect(read('--', '--quiet').positionals).toEqual(['--quiet']);
  });

  it.each([
    [['--foo'], "Unknown option '--foo'"],
    [['-x'], "Unknown option '-x'"],
    [['--interval'], "Option '--interval <value>' argument missing"],
    [['--quiet=yes'], "Option '--quiet' does not take an argument"],
    [['2', '3'], 'unexpected argument "3"'],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(new UsageError(message));
  });

  it('takes any number of arguments where the command does', () => {
    const many = { ...command, parameters: '[number ...]' };
    expect(readCommandLine(many, ['1', '2', '3']).positionals).toEqual(['1', '2', '3']);
  });

  it.each(['localhost:8082', '127.0.0.1:1', '[::1]:65535', 'pow.example:80', 'dns:///pow:80', 'unix:/run/pow'])(
    'takes %s for a target',
    (target) => {
      expect(read('--target', target).values['target']).toBe(target);
    },
  );

  it.each(['', 'localhost', ':8082', 'localhost:', 'localhost:65536', '::1:8082', 'http://localhost:8082', 'a b:1'])(
    'refuses %j for a target',
    (target) => {
      expect(() => read('--target', target)).toThrow(UsageError);
    },
  );

  it('lets --help win over everything that is wrong besides', () => {
    expect(read('1', '2', '--target', '', '-h').values['help']).toBe(true);
  });
});

describe('toHelp', () => {
  it('names the parameters, the description and every option', () => {
    expect(toHelp(command)).toBe(
      [
        'Usage: pnpm client pow [number] [options]',
        '',
        'Prints powers.',
        '',
        'Options:',
        '  --interval <value>    the time between two',
        '  --quiet               less',
        '  --target <host:port>  where the service listens (default localhost:8082)',
        '  --tls                 secures the connection with TLS; so does each of the next four',
        "  --ca <file>           the CAs that may have signed the server's certificate (PEM)",
        '  --cert <file>         the certificate of the client, for a server that asks for one',
        '  --key <file>          its key',
        "  --server-name <name>  the name in the server's certificate, if not the host",
        '  --token <token>       the token (JWT) for a service that asks for one',
        '  -h, --help            this text',
        '',
      ].join('\n'),
    );
  });
});
