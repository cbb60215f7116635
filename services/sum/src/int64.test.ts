import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInt64 } from './int64.js';

describe('isInt64', () => {
  it('holds from -2^63 to 2^63 - 1 and nowhere else', () => {
    expect(isInt64(2n ** 63n - 1n)).toBe(true);
    expect(isInt64(2n ** 63n)).toBe(false);
    expect(isInt64(-(2n ** 63n))).toBe(true);
    expect(isInt64(-(2n ** 63n) - 1n)).toBe(false);
    expect(isInt64(2n ** 64n)).toBe(false);
  });

  it('compares with the bounds for any integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }), (value) => {
        expect(isInt64(value)).toBe(value >= -(2n ** 63n) && value < 2n ** 63n);
      }),
    );
  });
});
