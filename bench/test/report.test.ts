import { describe, expect, it } from 'vitest';
import { createColours } from '../src/report/colours.js';
import { describeMachine } from '../src/report/machine.js';
import { describeNoise, measureNoise } from '../src/report/noise.js';
import { toTable } from '../src/report/table.js';
import { toJson } from '../src/report/to-json.js';
import type { CellResult } from '../src/run/outcome.js';
import { createCombined, createResult, sampleRun, toRounds } from './support/sample-run.js';

const plain = createColours(false);
const toLines = (result: CellResult, withAims = true) =>
  toTable(result, { colours: plain, withAims }).trimEnd().split('\n');
const lines = (index: number, withAims = true) => toLines(sampleRun.results[index]!, withAims);

describe('toTable', () => {
  it('has the median with the least and the most, and the ratio', () => {
    expect(lines(0)).toEqual([
      'server streaming, 300,000 messages of one int64',
      '         messages/s  (least–most)  × grpc-js',
      'ours            700     (600–800)         7×',
      'grpc-js         100      (90–100)',
      '  aim for ours: 7×; first ≥ 2× reached, later ≥ 6× reached',
    ]);
    expect(lines(0, false)).toHaveLength(4);
  });

  it('says what took too long, and what failed', () => {
    expect(lines(1).slice(2)).toEqual([
      'ours        900,000     > 270×',
      'grpc-js      > 60 s',
      '  aim for ours: > 270×; first ≥ 25× reached, later ≥ 150× reached',
    ]);
    const [, , ours, , problem] = lines(3);
    expect(ours).toMatch(/^ours\s+failed$/);
    expect(problem).toBe('  ours failed: expected message 3, got 4');
  });

  it('says what was not tried because less was too much', () => {
    const slow = { overLimit: { seconds: 60, count: 100_000 } };
    const text = toTable(createResult('bidi', toRounds(1), slow, { count: 1e6 }), { colours: plain, withAims: true });
    expect(text).toMatch(/grpc-js +not tried\n/);
  });

  it('says whose figures are those of fewer rounds', () => {
    const overLimit = { seconds: 60, count: 300_000 };
    const plainOutcome = { ...toRounds(100, 100), overLimit };
    const result = createResult('server-streaming', { ...toRounds(700), problem: 'lost' }, plainOutcome);
    expect(toLines(result, false).slice(4)).toEqual([
      '  ours: 1 of 3 rounds; another failed',
      '  grpc-js: 2 of 3 rounds; another took > 60 s',
      '  ours failed: lost',
    ]);
    expect(toLines(createResult('bidi', toRounds(1, 2, 3), toRounds(3, 2, 1))).join()).not.toContain('rounds');
  });

  it('compares to plain grpc-js with the same client, and says so', () => {
    const result = createCombined('server-streaming', [
      ['ours', 'raw', 700],
      ['ours', 'ours', 400],
      ['grpc-js', 'raw', 100],
      ['grpc-js', 'ours', 200],
    ]);
    expect(toLines(result, false).map((line) => line.replaceAll(/ {2,}/g, ' '))).toEqual([
      'server streaming, 300,000 messages of one int64',
      ' messages/s ×',
      'ours → raw 700 7×',
      'ours 400 2×',
      'grpc-js → raw 100',
      'grpc-js → ours 200',
      ' × compares ours → raw to grpc-js → raw, ours to grpc-js → ours',
    ]);
  });

  it('makes no ratio of memory that is about none', () => {
    const toGrown = (...values: number[]) => ({ rounds: values.map((grownBytes) => ({ grownBytes })) });
    const toRows = (own: number, other: number) =>
      toLines(createResult('stopped-reader', toGrown(own), toGrown(other)), false).slice(2);
    expect(toRows(-(2 ** 22), 2 ** 27)).toEqual([expect.stringMatching(/^ours +< 1$/), expect.stringMatching(/ 128$/)]);
    expect(toRows(2 ** 20, 2 ** 19)).toEqual([expect.stringMatching(/^ours +1$/), expect.stringMatching(/ < 1$/)]);
    expect(toRows(2 ** 20, 2 ** 27)[0]).toMatch(/ 128×$/);
    const growing = createResult('stopped-reader', toGrown(0, 2 ** 21, 5), toGrown(2 ** 21, 2 ** 21));
    expect(measureNoise([growing])).toEqual({ median: 0, worst: 0 });
    expect(toLines(growing).at(-1)).toContain('aim for ours: < 1 MiB; first ≤ 64 MiB reached');
  });

  it('has colours in a terminal only', () => {
    const options = { colours: createColours(true), withAims: true };
    expect(toTable(sampleRun.results[0]!, options)).toContain('\u001B[32mreached\u001B[39m');
    expect(lines(0).join('')).not.toContain('\u001B');
  });
});

describe('measureNoise', () => {
  it('is the spread of what was run more than once', () => {
    expect(measureNoise(sampleRun.results)).toEqual({ median: expect.closeTo(0.193), worst: expect.closeTo(0.286) });
    expect(measureNoise([])).toBeUndefined();
    expect(describeNoise({ median: 0.193, worst: 0.286 })).toContain('19 % of its median apart');
    expect(describeNoise(undefined)).toContain('unknown');
  });
});

describe('describeMachine', () => {
  it('warns where the machine is busy', () => {
    expect(describeMachine(sampleRun.machine)).toHaveLength(2);
    expect(describeMachine({ ...sampleRun.machine, load: 1.5 })[2]).toContain('busy');
  });
});

describe('toJson', () => {
  it('has every round, what the tables say of them, and the aims', () => {
    const json = JSON.parse(JSON.stringify(toJson(sampleRun)));
    expect(json).toMatchObject({
      format: 2,
      isQuick: false,
      machine: { cores: 2 },
      noise: { worst: expect.any(Number) },
    });
    expect(json.cells[0]).toMatchObject({
      part: 'messages of one int64',
      pattern: 'server-streaming',
      payloadBytes: 0,
      count: 300_000,
      subscribers: 1,
      aims: [{ contender: 'ours', value: 7 }],
    });
    expect(json.cells[0].contenders[0]).toEqual({
      name: 'ours',
      server: 'ours',
      client: 'ours',
      baseline: 'grpc-js',
      figures: { perSecond: { median: 700, min: 600, max: 800, ratio: { value: 7 } } },
      rounds: [{ perSecond: 700 }, { perSecond: 600 }, { perSecond: 800 }],
    });
    expect(json.cells[1].contenders[1]).toMatchObject({ overLimit: { seconds: 60, count: 200_000 } });
    expect(json.cells[3].contenders[0]).toMatchObject({ problem: 'expected message 3, got 4' });
  });

  it('judges nothing that was quick', () => {
    expect(JSON.stringify(toJson({ ...sampleRun, isQuick: true }))).not.toContain('isFirstReached');
  });
});
