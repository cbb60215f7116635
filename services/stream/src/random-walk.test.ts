import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PriceSource } from './price-source.js';
import { createRandomWalk } from './random-walk.js';

const take = (source: PriceSource, symbol: string, count: number): number[] => {
  const prices = source.open(symbol)!;
  return Array.from({ length: count }, () => {
    const { done, value } = prices.next();
    if (done === true) throw new Error('a walk has no end');
    return value.price;
  });
};

describe('a random walk', () => {
  it('has the same prices for the same seed, and others for another one or another symbol', () => {
    const prices = take(createRandomWalk(1), 'AAPL', 100);
    expect(take(createRandomWalk(1), 'AAPL', 100)).toEqual(prices);
    expect(take(createRandomWalk(2), 'AAPL', 100)).not.toEqual(prices);
    expect(take(createRandomWalk(1), 'MSFT', 100)).not.toEqual(prices);
    expect(new Set(prices).size).toBeGreaterThan(50);
  });

  it('has prices above 0 in whole cents, for every seed and symbol', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 32 - 1 }), fc.string({ minLength: 1, maxLength: 16 }), (seed, symbol) => {
        const prices = take(createRandomWalk(seed), symbol, 200);
        return prices.every((price) => price >= 0.01 && price <= 1e9 && Number(price.toFixed(2)) === price);
      }),
    );
  });

  it('moves as a geometric Brownian motion: steps of the logarithm are normal, and as large at any price', () => {
    // Of prices far above a cent, so that rounding does not show.
    const prices = take(createRandomWalk(3), 'BIG', 20_000);
    const steps = prices.slice(1).map((price, index) => Math.log(price / prices[index]!));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    const deviation = Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length);
    expect(Math.abs(mean)).toBeLessThan(0.00003); // four standard errors
    expect(deviation).toBeGreaterThan(0.00095);
    expect(deviation).toBeLessThan(0.00105);
    const within = steps.filter((step) => Math.abs(step - mean) < deviation).length / steps.length;
    expect(within).toBeGreaterThan(0.66);
    expect(within).toBeLessThan(0.71);
  });
});
