import { describe, expect, it } from 'vitest';
import { toPercentile, toReport } from './report.js';

describe('the report of a load', () => {
  it('has the percentiles that so many values do not exceed', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index + 1);
    expect([50, 99, 99.9, 100].map((percent) => toPercentile(values, percent))).toEqual([500, 990, 999, 1000]);
    expect(toPercentile([7], 50)).toBe(7);
    expect(toPercentile([], 50)).toBeNaN();
  });

  it('says what arrived, what did not, and how each slow one ended, once', () => {
    const plan = { users: 3, rooms: 1, rate: 10, seconds: 2, slow: 2, size: 32, connections: 1 };
    const usage = (cpuSeconds: number) => ({ cpuSeconds, residentBytes: 2 ** 26 });
    const text = toReport(plan, {
      seconds: 2,
      stored: 20,
      deliveries: 18,
      latencies: [3, 1, 2],
      lost: 2,
      slowEnds: ['RESOURCE_EXHAUSTED', 'RESOURCE_EXHAUSTED'],
      before: usage(1),
      after: usage(3),
    });
    expect(text).toContain('deliveries   18 (9/s), lost 2');
    expect(text).toContain('p50 2.0 ms, p99 3.0 ms');
    expect(text).toContain('2.00 s of processor time: 9 deliveries for each second');
    expect(text.match(/RESOURCE_EXHAUSTED/g)).toHaveLength(1);
  });
});
