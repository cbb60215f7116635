import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLineNumbers } from './line-numbers.js';

it('finds the line of every row, whatever lies between them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1 }), (steps) => {
      const numbers = createLineNumbers();
      let line = 1;
      const lines = steps.map((step) => (line += step));
      for (const each of lines) numbers.add(each);
      expect(lines.map((_, row) => numbers.find(row))).toEqual(lines);
    }),
  );
});

it('looks through few places for each, where rows and lines part half a million times', { timeout: 20_000 }, () => {
  const numbers = createLineNumbers();
  const count = 500_000;
  for (let row = 0; row < count; row += 1) numbers.add(row * 2 + 2);
  let wrong = 0;
  for (let row = 0; row < count; row += 1) if (numbers.find(row) !== row * 2 + 2) wrong += 1;
  expect(wrong).toBe(0);
});
