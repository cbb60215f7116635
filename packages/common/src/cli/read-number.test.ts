import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDuration, readInt64, readNumber } from './read-number.js';
import { UsageError } from './usage-error.js';

describe('readInt64', () => {
  it('reads every int64 exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        expect(readInt64(String(number))).toBe(number);
      }),
    );
  });

  it.each([
    ['+4', 4n],
    ['-0', 0n],
    ['007', 7n],
    [' 2\r', 2n],
    ['00000000000000000000000000000001', 1n],
  ])('reads %j as %s', (text, number) => {
    expect(readInt64(text)).toBe(number);
  });

  it.each(['', ' ', '-', '+-1', '1.0', '1e3', '0x10', '1_000', '1 2', '12abc', '٣', 'NaN'])('refuses %j', (text) => {
    expect(() => readInt64(text)).toThrow(UsageError);
  });

  it.each([2n ** 63n, -(2n ** 63n) - 1n, 10n ** 30n])('refuses %s, which does not fit', (number) => {
    expect(() => readInt64(String(number))).toThrow('is not between -9223372036854775808 and 9223372036854775807');
  });

  it('quotes no more than the start of a long text', () => {
    expect(() => readInt64('9'.repeat(1_000_000))).toThrow(/^"9{40}…" is not between/);
    expect(() => readInt64('x'.repeat(1_000_000))).toThrow(/^"x{40}…" is no integer$/);
  });
});

describe('readNumber', () => {
  it('reads every double', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: false }), (number) => {
        const text = Object.is(number, -0) ? '-0' : String(number);
        expect(readNumber(text)).toBe(number);
      }),
    );
  });

  it.each(['', ' ', 'x', '1,5', '--1', 'nan'])('refuses %j', (text) => {
    expect(() => readNumber(text)).toThrow(UsageError);
  });
});

describe('readDuration', () => {
  it.each([
    ['1s', 1000],
    ['200ms', 200],
    ['2m', 120_000],
    ['1.5s', 1500],
    ['3', 3000],
    ['0', 0],
  ])('reads %s as %d ms', (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  it.each(['', '-1s', '1h', 'soon'])('refuses %j', (text) => {
    expect(() => readDuration(text)).toThrow(UsageError);
  });
});
