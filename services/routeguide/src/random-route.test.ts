import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPointProblem } from './point.js';
import { createRandom, toRandomRoute } from './random-route.js';

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

  it('has as many points as are asked for', () => {
    expect(toRandomRoute(Math.random, 0)).toEqual([]);
    expect(toRandomRoute(Math.random, 7)).toHaveLength(7);
  });
});
