import type { Point } from '@streamworks/proto/routeguide/route_guide';

/** A source of numbers from 0 to below 1, such as `Math.random`. */
export type Random = () => number;

/** A source that gives the same numbers for the same seed: Mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Points at whole degrees anywhere on the globe, as the tutorial's client takes them: 2 to 101 unless a count is given. */
export function toRandomRoute(random: Random, pointCount = 2 + toInteger(random, 100)): Point[] {
  return Array.from({ length: pointCount }, () => ({
    latitude: (toInteger(random, 180) - 90) * 1e7,
    longitude: (toInteger(random, 360) - 180) * 1e7,
  }));
}

function toInteger(random: Random, below: number): number {
  return Math.floor(random() * below);
}
