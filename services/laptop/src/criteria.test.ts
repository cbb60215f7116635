import { describe, expect, it } from 'vitest';
import { toCriteria } from './criteria.js';

const filter = { maxPriceUsd: 3000, minCpuCores: 4, minCpuGhz: 2.5, minRam: { value: 8n, unit: 'GIGABYTE' } } as const;

describe('toCriteria', () => {
  it('has the four bounds of a filter', () => {
    expect(toCriteria(filter)).toEqual({ maxPriceUsd: 3000, minCores: 4, minGhz: 2.5, minRamBits: 8n * 2n ** 33n });
  });

  it('asks for a price of 0 where the filter is empty or missing', () => {
    const empty = { maxPriceUsd: 0, minCores: 0, minGhz: 0, minRamBits: 0n };
    expect(toCriteria(null)).toEqual(empty);
    expect(toCriteria({ maxPriceUsd: 0, minCpuCores: 0, minCpuGhz: 0, minRam: null })).toEqual(empty);
  });

  it('takes a bound that is infinite for none, or for one that nothing meets', () => {
    expect(toCriteria({ ...filter, maxPriceUsd: Infinity })).toMatchObject({ maxPriceUsd: Number.MAX_VALUE });
    expect(toCriteria({ ...filter, minCpuGhz: -Infinity })).toMatchObject({ minGhz: -Number.MAX_VALUE });
    expect(toCriteria({ ...filter, maxPriceUsd: -Infinity })).toBeUndefined();
    expect(toCriteria({ ...filter, minCpuGhz: Infinity })).toBeUndefined();
  });
});
