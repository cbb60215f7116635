import { UsageError } from '@streamworks/common/cli';
import { describe, expect, it } from 'vitest';
import { readTokenCommand } from './token-command.js';

const NOW = 1_800_000_000_500;
const read = (...args: string[]) => readTokenCommand(args, NOW);
const times = { iat: 1_800_000_000, exp: 1_800_000_900 };

describe('readTokenCommand', () => {
  it('makes a token of a quarter of an hour', () => {
    expect(read('--sub', 'ann')).toEqual({ claims: { sub: 'ann', ...times }, keyFile: undefined });
  });

  it.each([
    [['--role', 'admin'], { role: 'admin' }],
    [['--role', 'admin', '--role', 'editor'], { roles: ['admin', 'editor'] }],
    [['--issuer', 'https://issuer'], { iss: 'https://issuer' }],
    [['--audience', 'pow'], { aud: 'pow' }],
    [['--audience', 'pow', '--audience', 'sum'], { aud: ['pow', 'sum'] }],
    [['--expires', '90s'], { exp: 1_800_000_090 }],
    [['--expires', '0'], { exp: 1_800_000_000 }],
    [['--claim', 'team=a=b'], { team: 'a=b' }],
    [
      ['--claim', 'level=3', '--claim', 'on=true', '--claim', 'list=["a"]', '--claim', 'no='],
      { level: 3, on: true, list: ['a'], no: '' },
    ],
  ])('reads %j', (args, claims) => {
    expect(read('--sub', 'ann', ...args)?.claims).toEqual({ sub: 'ann', ...times, ...claims });
  });

  it('reads the file of a key', () => {
    expect(read('--sub', 'ann', '--key', 'private.pem')?.keyFile).toBe('private.pem');
  });

  it.each(['--help', '-h'])('asks for help with %s', (option) => {
    expect(read(option)).toBeUndefined();
  });

  it.each([
    [[], 'whose token? --sub says it'],
    [['--sub', ''], 'whose token? --sub says it'],
    [['--sub'], "Option '--sub <value>' argument missing"],
    [['--sub', 'ann', '--user', 'bob'], "Unknown option '--user'"],
    [['--sub', 'ann', 'bob'], "Unexpected argument 'bob'"],
    [['--sub', 'ann', '--expires', 'soon'], '"soon" is no duration such as 1s or 200ms'],
    [['--sub', 'ann', '--claim', 'team'], '--claim "team" is not of the form name=value'],
    [['--sub', 'ann', '--claim', 'exp=1'], 'exp is given twice'],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(message);
  });
});
