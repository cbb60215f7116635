import type { Memory } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { describe, expect, it } from 'vitest';
import { MOST_BITS, toBits } from './memory-bits.js';

const units = ['BIT', 'BYTE', 'KILOBYTE', 'MEGABYTE', 'GIGABYTE', 'TERABYTE'] as const;

describe('toBits', () => {
  it('counts 8 bits in a byte and 1024 of each unit in the next', () => {
    expect(units.map((unit) => toBits({ value: 3n, unit }))).toEqual([
      3n,
      24n,
      24_576n,
      25_165_824n,
      25_769_803_776n,
      26_388_279_066_624n,
    ]);
  });

  it('stops at 2^63 - 1', () => {
    expect(toBits({ value: 2n ** 63n - 1n, unit: 'BIT' })).toBe(MOST_BITS);
    expect(toBits({ value: 2n ** 63n - 2n, unit: 'BIT' })).toBe(MOST_BITS - 1n);
    expect(toBits({ value: 2n ** 60n - 1n, unit: 'BYTE' })).toBe(2n ** 63n - 8n);
    for (const unit of units) expect(toBits({ value: 2n ** 64n - 1n, unit })).toBe(MOST_BITS);
    expect(toBits({ value: 2n ** 20n, unit: 'TERABYTE' })).toBe(MOST_BITS);
    expect(toBits({ value: 2n ** 20n - 1n, unit: 'TERABYTE' })).toBe((2n ** 20n - 1n) * 2n ** 43n);
  });

  it('is 0 for no memory and for a unit that nobody knows', () => {
    expect(toBits(null)).toBe(0n);
    expect(toBits({ value: 9n, unit: 'UNKNOWN' })).toBe(0n);
    // The loader gives the number of a unit that the .proto does not have.
    expect(toBits({ value: 9n, unit: 7 } as unknown as Memory)).toBe(0n);
  });
});
