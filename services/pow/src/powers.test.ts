import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powers } from './powers.js';

describe('powers', () => {
  it('are those with the exponents 0 to 9, in order', () => {
    expect([...powers(2n)]).toEqual([1n, 2n, 4n, 8n, 16n, 32n, 64n, 128n, 256n, 512n]);
    expect([...powers(-3n)]).toEqual([1n, -3n, 9n, -27n, 81n, -243n, 729n, -2187n, 6561n, -19683n]);
  });

  it('of 0 begin with 1', () => {
    expect([...powers(0n)]).toEqual([1n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n]);
  });

  it('are exact for every int64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (base) => {
        expect([...powers(base)]).toEqual(Array.from({ length: 10 }, (_, exponent) => base ** BigInt(exponent)));
      }),
    );
  });
});
