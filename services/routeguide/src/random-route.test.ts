import { createRandom } from '@streamworks/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPointProblem } from './point.js';
import { toRandomRoute, toRandomWalk } from './random-route.js';
import { createRoute } from './route.js';

describe('toRandomRoute', () => {
  it('gives the same route for the same seed, and another one for another', () => {
    const toRoute = (seed: number) => toRandomRoute(createRandom(seed));
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(toRoute(seed)).toEqual(toRoute(seed));
        expect(toRoute(seed)).not.toEqual(toRoute(seed + 1));
      }),
    );
  });

  it('has 2 to 101 points at whole degrees on the globe', () => {
    const counts = Array.from({ length: 2_000 }, (_, seed) => {
      const route = toRandomRoute(createRandom(seed));
      expect(route.every((point) => findPointProblem(point) === undefined)).toBe(true);
      expect(route.every(({ latitude, longitude }) => latitude % 1e7 === 0 && longitude % 1e7 === 0)).toBe(true);
      return route.length;
    });
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([2, 101]);
  });
});

describe('toRandomWalk', () => {
  it('has as many points as are asked for, the same for the same seed, each near the one before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(300), (seed, count) => {
        const walk = toRandomWalk(createRandom(seed), count);
        expect(walk).toEqual(toRandomWalk(createRandom(seed), count));
        expect(walk).toHaveLength(count);
        for (const [index, point] of walk.entries()) {
          const { latitude, longitude } = walk[index - 1] ?? point;
          expect(findPointProblem(point)).toBeUndefined();
          expect(Math.abs(point.latitude - latitude)).toBeLessThanOrEqual(100_000);
          expect(Math.abs(point.longitude - longitude)).toBeLessThanOrEqual(100_000);
        }
      }),
    );
  });

  it('is no longer than a summary can say, with a million points', () => {
    const route = createRoute({ hasFeature: () => false, now: () => 0 });
    for (const point of toRandomWalk(createRandom(1), 1_000_000)) route.add(point);
    expect(route.summarize().distance).toBeLessThan(2 ** 31);
  });
});
