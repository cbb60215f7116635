import { describe, expect, it } from 'vitest';
import { toName } from './cell.js';
import { readBenchCommand } from './command-line.js';

const read = (...args: string[]) => readBenchCommand(args)!;
const names = (...args: string[]) => read(...args).contenders?.map(toName);

describe('readBenchCommand', () => {
  it('measures everything by default', () => {
    expect(read()).toEqual({
      choices: expect.arrayContaining(['server-streaming', 'guarded']),
      contenders: undefined,
      payloads: undefined,
      counts: undefined,
      subscribers: undefined,
      rounds: 3,
      limitSeconds: 60,
      quick: false,
      json: undefined,
      chart: undefined,
    });
  });

  it('gives nothing where help is asked for', () => {
    expect(readBenchCommand(['--help'])).toBeUndefined();
    expect(readBenchCommand(['bidi', '-h'])).toBeUndefined();
  });

  it('runs one round where that is quick, unless it is told otherwise', () => {
    expect(read('--quick').rounds).toBe(1);
    expect(read('--quick', '--rounds', '2').rounds).toBe(2);
  });

  it('takes patterns, sizes, numbers and files', () => {
    expect(
      read('--', 'bidi', 'unary', '--payload', 'int64,1KiB,3B', '--count=1e3,20', '--json', 'a', '--chart', 'b'),
    ).toMatchObject({ choices: ['bidi', 'unary'], payloads: [0, 1024, 3], counts: [1000, 20], json: 'a', chart: 'b' });
  });

  it('has a peer on both sides, or combines the sides', () => {
    expect(names('--peers', 'ours,grpc-js')).toEqual(['ours', 'grpc-js']);
    expect(names('--server', 'ours,grpc-js', '--client', 'raw,ours')).toEqual([
      'ours → raw',
      'ours',
      'grpc-js → raw',
      'grpc-js → ours',
    ]);
    expect(names('--client', 'connect')).toEqual(['ours → connect']);
  });

  it('takes each of a list once', () => {
    expect(names('--peers', 'ours,ours, ours,raw')).toEqual(['ours', 'raw']);
    expect(names('--server', 'raw,raw', '--client', 'ours,ours')).toEqual(['raw → ours']);
    expect(read('--count', '10,10,20').counts).toEqual([10, 20]);
  });

  it('has our client for servers that are no process of Node', () => {
    expect(names('--peers', 'grpc-go')).toEqual(['grpc-go → ours']);
    expect(names('--address', '127.0.0.1:50051', '--name', 'mine')).toEqual(['mine → ours']);
    expect(names('--address', '[::1]:50051', '--server', 'raw', '--client', 'raw')).toEqual([
      'raw',
      '[::1]:50051 → raw',
    ]);
  });

  it.each([
    [['serverstreaming'], 'there is no pattern "serverstreaming"; there are: server-streaming client-streaming'],
    [['--peers', 'grpc'], 'there is no peer "grpc"; there are: ours grpc-js grpc-js-buffer'],
    [['--client', 'grpc-go'], 'there is no peer "grpc-go"; there are: ours'],
    [['--peers', 'ours', '--client', 'raw'], '--peers has the same peer on both sides'],
    [['--name', 'mine'], '--name is the name of what is at --address'],
    [['--address', 'localhost'], '--address "localhost" is no host and port'],
    [['--payload', '8MiB'], '--payload "8MiB" is neither int64 nor a size'],
    [['--payload', '0B'], '--payload "0B" is neither int64 nor a size'],
    [['--count', '1e9'], '--count "1e9" is no whole number'],
    [['bidi', '--subscribers', '7'], '--subscribers are those of the fan-out'],
    [['--rounds', '0'], '--rounds "0" is no whole number'],
    [['--limit', '1.5'], '--limit "1.5" is no whole number'],
    [['--only', 'unary'], "Unknown option '--only'"],
    [['--rounds', '1', '--rounds', '2'], '--rounds is given twice'],
  ])('refuses %j', (args, message) => {
    expect(() => readBenchCommand(args)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) }),
    );
  });
});
