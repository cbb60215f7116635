import { describe, expect, it } from 'vitest';
import { toName } from './cell.js';
import { readBenchCommand } from './command-line.js';
import { createPlan } from './create-plan.js';
import { noteLeftOut } from './note-left-out.js';

const plan = (...args: string[]) => createPlan(readBenchCommand(args)!);

describe('createPlan', () => {
  it('compares every pattern by default, and ours to plain grpc-js in each', () => {
    const cells = plan();
    expect(new Set(cells.map(({ pattern }) => pattern)).size).toBe(8);
    for (const { part, contenders } of cells) {
      const servers = contenders.map(({ server }) => server);
      expect(servers).toContain('ours');
      if (part !== 'logs and tokens' && !servers.includes('grpc-js')) expect(contenders.map(toName)).toEqual(['ours']);
    }
  });

  it('has every part of a pattern', () => {
    const parts = plan('server-streaming').map(({ part, count }) => `${part}: ${count}`);
    expect(parts).toEqual([
      'messages of one int64: 300000',
      'a raw reader: 300000',
      'payloads: 60000',
      'payloads: 1167',
      'growth: 1000',
      'growth: 10000',
      'growth: 100000',
      'growth: 1000000',
    ]);
  });

  it('has a stream of requests on both sides of what plain grpc-js keeps for a retry', () => {
    const growth = plan('client-streaming').filter(({ part }) => part === 'growth');
    expect(growth.map(({ count }) => count)).toEqual([1e3, 1e4, 1e5, 2e5, 1e6]);
  });

  it('has 1 GiB for a reader that stops, from ours and from plain grpc-js', () => {
    const [cell, ...more] = plan('stopped-reader');
    expect(more).toEqual([]);
    expect(cell!.count * cell!.payloadBytes).toBe(2 ** 30);
    expect(cell!.contenders.map(toName)).toEqual(['ours', 'grpc-js → ours']);
  });

  it('combines payloads and counts', () => {
    const cells = plan('bidi', '--peers', 'ours', '--payload', 'int64,1KiB', '--count', '10,20');
    expect(cells.map(({ payloadBytes, count }) => [payloadBytes, count])).toEqual([
      [0, 10],
      [0, 20],
      [1024, 10],
      [1024, 20],
    ]);
  });

  it('has each server once and always our client where it looks at memory', () => {
    const [cell] = plan('idle', '--server', 'ours,raw', '--client', 'raw,grpc-js');
    expect(cell?.contenders.map(toName)).toEqual(['ours', 'raw → ours']);
  });

  it('has no memory of a server by address', () => {
    const patterns = plan('--address', 'localhost:1').map(({ pattern }) => pattern);
    expect(patterns).toEqual(['server-streaming', 'client-streaming', 'bidi', 'ping-pong', 'unary', 'fan-out']);
  });

  it('says where a server by address is left out', () => {
    const note = (...args: string[]) => noteLeftOut(readBenchCommand(args)!);
    const mine = ['--address', 'localhost:1', '--name', 'mine'];
    expect(note(...mine, '--server', 'ours')).toMatch(/^mine is left out of idle and stopped-reader: /);
    expect(note('unary', 'idle', ...mine, '--server', 'ours')).toMatch(/^mine is left out of idle: /);
    expect(note('unary', ...mine)).toBeUndefined();
    expect(note('idle', '--peers', 'ours,grpc-go')).toBeUndefined();
    expect(note()).toBeUndefined();
  });

  it('runs all patterns with all peers of Node where that is quick', () => {
    const cells = plan('--quick');
    expect(new Set(cells.map(({ pattern }) => pattern)).size).toBe(8);
    expect(new Set(cells.flatMap(({ contenders }) => contenders.map(({ client }) => client))).size).toBe(7);
    expect(Math.max(...cells.map(({ count }) => count))).toBeLessThan(5_000);
  });

  it('keeps quick counts for chosen peers, and chosen subscribers', () => {
    expect(plan('fan-out', '--quick', '--peers', 'ours')[0]).toMatchObject({ count: 30, subscribers: 20 });
    expect(plan('fan-out', '--subscribers', '7')[0]).toMatchObject({ count: 2_000, subscribers: 7 });
  });

  it('refuses what has nothing to do', () => {
    expect(() => plan('guarded', '--peers', 'ours')).toThrow('nothing to measure: guarded takes no peers');
    expect(() => plan('idle', '--address', 'localhost:1')).toThrow('nothing to measure');
  });
});
