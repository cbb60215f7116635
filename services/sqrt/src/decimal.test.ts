import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDecimal, toDecimal } from './decimal.js';

describe('readDecimal', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['+0', 0],
    ['2', 2],
    ['+2', 2],
    ['-0.5', -0.5],
    ['007.250', 7.25],
    ['1e3', 1000],
    ['1e+3', 1000],
    ['1e-7', 1e-7],
    ['12.5e1', 125],
    ['1e400', Infinity],
    ['-1e400', -Infinity],
    ['1e-400', 0],
    ['-1e-400', -0],
    ['9007199254740993', 9007199254740992],
    ['0.1000000000000000055511151231257827', 0.1],
    ['5e-324', 5e-324],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['NaN', NaN],
  ])('reads %s as %s', (text, number) => {
    expect(readDecimal(text)).toBe(number);
  });

  it.each([
    '',
    ' ',
    ' 2',
    '2 ',
    '2\n',
    '\n2',
    '1 2',
    '.5',
    '5.',
    '-.5',
    '1e',
    '1e1.5',
    'e5',
    '1E5',
    '--1',
    '+-1',
    '- 1',
    '+',
    '-',
    '.',
    '1,5',
    '1_000',
    '0x1',
    '0b1',
    '0o7',
    '1n',
    '12abc',
    '٣',
    '２',
    '−1',
    '+Infinity',
    'infinity',
    'INFINITY',
    'Inf',
    '-NaN',
    'nan',
    '1\u0000',
    'null',
  ])('refuses %j', (text) => {
    expect(readDecimal(text)).toBeUndefined();
  });

  it('reads a text of megabytes in a moment', () => {
    const start = performance.now();
    expect(readDecimal(`0.${'3'.repeat(4_000_000)}`)).toBe(1 / 3);
    expect(readDecimal(`${'1'.repeat(4_000_000)}x`)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('toDecimal', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [3, '3'],
    [Math.SQRT2, '1.4142135623730951'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    [NaN, 'NaN'],
  ])('writes %s as %s', (number, text) => {
    expect(toDecimal(number)).toBe(text);
  });

  it('is read back as the same double, every one', () => {
    fc.assert(
      fc.property(fc.double(), (number) => {
        expect(readDecimal(toDecimal(number))).toBe(number);
      }),
      { numRuns: 10_000 },
    );
  });

  it('has no digit too many', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const digits = (text: string): string =>
          text
            .replace(/e.*/, '')
            .replace(/\D/g, '')
            .replace(/^0+|0+$/g, '');
        const length = digits(toDecimal(number)).length;
        if (length > 1) expect(Number(number.toPrecision(length - 1))).not.toBe(number);
      }),
      { numRuns: 10_000 },
    );
  });
});
