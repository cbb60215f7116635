import { expect, it } from 'vitest';
import { readSymbol } from './price-source.js';

it.each([
  ['aapl', 'AAPL'],
  ['BRK.B', 'BRK.B'],
  ['^gspc', '^GSPC'],
  ['a-b', 'A-B'],
  ['0', '0'],
  ['x'.repeat(16), 'X'.repeat(16)],
])('reads %s', (text, symbol) => {
  expect(readSymbol(text)).toBe(symbol);
});

it.each(['', 'x'.repeat(17), 'a b', 'a\n', 'ä', 'a/b', 'ı', 'ſ', '\0'])('takes %j for no symbol', (text) => {
  expect(readSymbol(text)).toBeUndefined();
});
