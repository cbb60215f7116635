import { createBoundedMap } from '../memory/bounded-map.js';

/** How much may be taken, and how many keys are remembered. */
export interface BucketsOptions {
  /** How many tokens come into each bucket in a second: a whole number. */
  readonly perSecond: number;
  /** How many tokens a bucket holds at most: a whole number. A bucket is full at first. */
  readonly burst: number;
  /** How many buckets are kept; the one that was not used for the longest time goes first. Default: 10000. */
  readonly maxKeys?: number;
  /** A clock that never goes back, in milliseconds. Default: that of `performance`. */
  readonly now?: () => number;
}

/** A token bucket for each key. */
export interface Buckets {
  /**
   * Takes a token: 0 where there was one, otherwise after how many whole milliseconds one will be there. A key that
   * was forgotten for others has a full bucket again.
   */
  take(key: string): number;
}

/** One token, in the parts that buckets are counted in: in a microsecond come `perSecond` of them, so nothing is rounded. */
const TOKEN = 1_000_000;

const MAX_KEYS = 10_000;

/** Makes token buckets. There are no timers: a bucket is filled up when it is looked at. */
export function createBuckets(options: BucketsOptions): Buckets {
  const { perSecond, burst, maxKeys = MAX_KEYS, now = () => performance.now() } = options;
  const full = burst * TOKEN;
  const buckets = createBoundedMap<string, { parts: number; filledAt: number }>(maxKeys);
  return {
    take(key) {
      const micros = Math.floor(now() * 1_000);
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = { parts: full, filledAt: micros };
        buckets.set(key, bucket);
      }
      bucket.parts = Math.min(full, bucket.parts + (micros - bucket.filledAt) * perSecond);
      bucket.filledAt = micros;
      if (bucket.parts < TOKEN) return Math.ceil((TOKEN - bucket.parts) / perSecond / 1_000);
      bucket.parts -= TOKEN;
      return 0;
    },
  };
}
