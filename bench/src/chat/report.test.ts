import { describe, expect, it } from 'vitest';
import { toComparison, toFigures, toPercentile, toReport } from './report.js';

const plan = { users: 3, rooms: 1, rate: 10, seconds: 2, slow: 2, size: 32, connections: 1 };
const usage = (cpuSeconds: number) => ({ cpuSeconds, residentBytes: 2 ** 26 });
const stopped = { end: 'RESOURCE_EXHAUSTED', missed: 0, doubled: 0 };
const result = {
  seconds: 2,
  stored: 20,
  deliveries: 18,
  latencies: [3, 1, 2],
  lost: 2,
  slow: [stopped, stopped],
  before: usage(1),
  after: usage(3),
};

describe('the report of a load', () => {
  it('has the percentiles that so many values do not exceed', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index + 1);
    expect([50, 99, 99.9, 100].map((percent) => toPercentile(values, percent))).toEqual([500, 990, 999, 1000]);
    expect(toPercentile([7], 50)).toBe(7);
    expect(toPercentile([], 50)).toBeNaN();
  });

  it('says what arrived, what did not, and what became of those who stopped, once', () => {
    const text = toReport(plan, result);
    expect(text).toContain('3 users and 2 who stop reading in 1 rooms');
    expect(text).toContain('deliveries   18 (9/s), lost 2');
    expect(text).toContain('p50 2.0 ms, p99 3.0 ms');
    expect(text).toContain('2.00 s of processor time: 9 deliveries for each second');
    expect(text.match(/stopped {6}RESOURCE_EXHAUSTED; missed 0, doubled 0/g)).toHaveLength(1);
  });

  it('compares medians', () => {
    const one = [900, 18, 100].map((deliveries) => toFigures({ ...result, deliveries }));
    const other = [toFigures({ ...result, deliveries: 50, after: undefined })];
    const lines = toComparison(one, other, ['ours', 'theirs']).split('\n');
    expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['ours', 'theirs', 'ratio'],
      ['deliveries/s', '50', '25', '2.00'],
      ['deliveries/s of processor time', '50', '–', '–'],
      ['p99, ms', '3', '3', '1.00'],
      ['memory, MiB', '64', '–', '–'],
    ]);
  });
});
