import { createHash } from 'node:crypto';
import { createRandom } from '@streamworks/common';
import type { Price, PriceSource } from './price-source.js';
import { toNormal } from './to-normal.js';

/** How far the logarithm of a price goes in one step, as a standard deviation: a tenth of a percent. */
const VOLATILITY = 0.001;

/** What prices stay between: a walk of any length has finite ones, and none is 0. */
const LEAST = 0.01;
const MOST = 1e9;

/** Where walks begin: somewhere in here. */
const START = { least: 20, most: 520 } as const;

/**
 * Prices of every symbol: a geometric Brownian motion without drift, in cents
 * (https://en.wikipedia.org/wiki/Geometric_Brownian_motion). The same seed has the same prices for a symbol, each time from the
 * beginning.
 */
export function createRandomWalk(seed: number): PriceSource {
  return { open: (symbol) => walk(toSeed(seed, symbol)) };
}

function* walk(seed: number): Generator<Price, void, undefined> {
  const random = createRandom(seed);
  const normal = toNormal(random);
  let price = START.least + random() * (START.most - START.least);
  for (;;) {
    yield { price: Math.round(price * 100) / 100, timestamp: undefined };
    const step = Math.exp(VOLATILITY * normal() - VOLATILITY ** 2 / 2);
    price = Math.min(MOST, Math.max(LEAST, price * step));
  }
}

/** A number for each symbol and seed that tells nothing of another one. */
function toSeed(seed: number, symbol: string): number {
  return createHash('sha256').update(`${seed} ${symbol}`).digest().readInt32LE();
}
