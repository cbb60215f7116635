import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuckets } from './token-bucket.js';

/** Buckets with a clock that the test moves. */
function createClockedBuckets(options: { perSecond: number; burst: number; maxKeys?: number }) {
  const clock = { ms: 0 };
  const buckets = createBuckets({ ...options, now: () => clock.ms });
  return { clock, take: (key = 'ann') => buckets.take(key) };
}

const limits = fc.record({ perSecond: fc.integer({ min: 1, max: 5_000 }), burst: fc.integer({ min: 1, max: 50 }) });

describe('createBuckets', () => {
  it('gives the burst at once, then so many a second', () => {
    const { clock, take } = createClockedBuckets({ perSecond: 10, burst: 3 });
    expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 100]);
    clock.ms = 99;
    expect(take()).toBe(1);
    clock.ms = 100;
    expect([take(), take()]).toEqual([0, 100]);
  });

  it('saves no more than the burst', () => {
    const { clock, take } = createClockedBuckets({ perSecond: 1_000, burst: 2 });
    take();
    clock.ms = 1e12;
    expect([take(), take(), take()]).toEqual([0, 0, 1]);
  });

  it('has a bucket for each key, and forgets the one that was not used for the longest time', () => {
    const { take } = createClockedBuckets({ perSecond: 1, burst: 1, maxKeys: 2 });
    expect([take('a'), take('b'), take('a'), take('c')]).toEqual([0, 0, 1_000, 0]);
    expect([take('a'), take('b')]).toEqual([1_000, 0]);
  });

  it('never gives more than the burst and what came in the meantime, in any window', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(limits, steps, ({ perSecond, burst }, waits) => {
        const { clock, take } = createClockedBuckets({ perSecond, burst });
        const takenAt: number[] = [];
        for (const [wait, attempts] of waits) {
          clock.ms += wait;
          for (let attempt = 0; attempt < attempts; attempt += 1) if (take() === 0) takenAt.push(clock.ms);
        }
        // In thousandths of a token, so that nothing is rounded.
        const excesses = takenAt.flatMap((from, first) =>
          takenAt.slice(first).map((to, index) => (index + 1) * 1_000 - burst * 1_000 - perSecond * (to - from)),
        );
        expect(excesses.filter((excess) => excess > 0)).toEqual([]);
      }),
    );
  });

  it('tells the wait: then there is a token, and a millisecond earlier there is none', () => {
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: 0, max: 50 })), ({ perSecond, burst }, waits) => {
        const { clock, take } = createClockedBuckets({ perSecond, burst });
        for (const wait of waits) {
          clock.ms += wait;
          take();
        }
        let wait = take();
        while (wait === 0) wait = take();
        const refusedAt = clock.ms;
        clock.ms = refusedAt + wait - 1;
        expect(take()).toBe(1);
        clock.ms = refusedAt + wait;
        expect(take()).toBe(0);
      }),
    );
  });

  it('gives all that came, however often it is asked in between', () => {
    fc.assert(
      fc.property(limits, ({ perSecond, burst }) => {
        const { clock, take } = createClockedBuckets({ perSecond, burst });
        let taken = 0;
        for (clock.ms = 0; clock.ms <= 1_000; clock.ms += 1) while (take() === 0) taken += 1;
        const perMillisecond = perSecond / 1_000;
        // Where more comes in a millisecond than the bucket holds, the rest is lost.
        if (perMillisecond + 1 <= burst) expect(taken).toBe(burst + perSecond);
        else expect(taken).toBeLessThanOrEqual(burst + perSecond);
      }),
      { numRuns: 20 },
    );
  });
});
