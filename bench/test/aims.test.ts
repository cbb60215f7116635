import { describe, expect, it } from 'vitest';
import { judge } from '../src/report/aims.js';
import { createCell, createCombined, createResult, toRounds } from './support/sample-run.js';

describe('judge', () => {
  it('tells the first aim from the later one', () => {
    const [aim, ...more] = judge(createResult('server-streaming', toRounds(300), toRounds(100)));
    expect(more).toEqual([]);
    expect(aim).toEqual({
      contender: 'ours',
      figure: 'perSecond',
      value: 3,
      unit: '×',
      first: 2,
      later: 6,
      isFirstReached: true,
      isLaterReached: false,
    });
  });

  it('turns latency around: less is more', () => {
    const rounds = (p50: number, p99: number) => ({ rounds: [{ p50, p99 }] });
    const aims = judge(createResult('ping-pong', rounds(105, 120), rounds(100, 100)));
    expect(aims.map(({ figure, isFirstReached, isLaterReached }) => [figure, isFirstReached, isLaterReached])).toEqual([
      ['p50', true, false],
      ['p99', false, false],
    ]);
  });

  it('knows what the ratio is at least where plain grpc-js takes too long', () => {
    const slow = { overLimit: { seconds: 60, count: 200_000 } };
    const [aim] = judge(createResult('client-streaming', toRounds(1e6), slow));
    expect(aim).toMatchObject({ value: 300, bound: 'at least', isLaterReached: true });
    expect(judge(createResult('client-streaming', slow, toRounds(1)))).toEqual([]);
  });

  it('limits the memory for a reader that stops', () => {
    const contenders = [{ server: 'ours', client: 'ours' }] as const;
    const toAims = (grownBytes: number) =>
      judge({
        cell: createCell('stopped-reader', contenders),
        outcomes: [{ contender: contenders[0], rounds: [{ grownBytes }] }],
      });
    expect(toAims(2 ** 20)[0]).toMatchObject({ unit: 'bytes', isFirstReached: true, isLaterReached: true });
    expect(toAims(65 * 2 ** 20)[0]).toMatchObject({ isFirstReached: false });
  });

  it('compares ours with logs and tokens to ours without', () => {
    const contenders = [
      { server: 'guarded', client: 'guarded' },
      { server: 'ours', client: 'ours' },
    ] as const;
    const outcomes = contenders.map((contender, index) => ({ contender, ...toRounds([95, 100][index]!) }));
    const aims = judge({ cell: createCell('unary', contenders, { part: 'logs and tokens' }), outcomes });
    expect(aims).toEqual([expect.objectContaining({ contender: 'guarded', value: 0.95, isFirstReached: true })]);
  });

  it('says nothing where what it would compare to is something else', () => {
    const sides = [
      ['ours', 'ours', 300],
      ['grpc-js', 'grpc-js', 100],
    ] as const;
    expect(judge(createCombined('bidi', sides))).toHaveLength(1);
    expect(judge(createCombined('bidi', [...sides, ['grpc-js', 'ours', 200]]))).toEqual([]);
    expect(
      judge(
        createCombined('idle', [
          ['ours', 'ours', 1],
          ['grpc-js', 'grpc-js', 2],
        ]),
      ),
    ).toEqual([]);
  });

  it('has a raw reader for both servers', () => {
    const aims = judge(
      createCombined('server-streaming', [
        ['ours', 'raw', 600],
        ['ours', 'ours', 300],
        ['grpc-js', 'raw', 100],
        ['grpc-js', 'grpc-js', 200],
      ]),
    );
    expect(aims.map(({ contender, value }) => [contender, value])).toEqual([
      ['ours → raw', 6],
      ['ours', 1.5],
    ]);
  });

  it('has nothing to say of other counts, payloads and subscribers', () => {
    const judged = (pattern: 'bidi' | 'fan-out', rest: object) =>
      judge(createResult(pattern, toRounds(9), toRounds(1), rest));
    expect(judged('bidi', {})).toHaveLength(1);
    expect(judged('bidi', { count: 10 })).toEqual([]);
    expect(judged('bidi', { payloadBytes: 10 })).toEqual([]);
    expect(judged('fan-out', { subscribers: 20 })).toEqual([]);
  });
});
