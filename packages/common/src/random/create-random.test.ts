import { expect, it } from 'vitest';
import { createRandom } from './create-random.js';

it.each([
  [0, [1_144_304_738, 1_416_247]],
  [1, [2_693_262_067, 11_749_833]],
])('gives the numbers of Mulberry32 for the seed %d', (seed, numbers) => {
  const random = createRandom(seed);
  expect(numbers.map(() => random() * 2 ** 32)).toEqual(numbers);
});
