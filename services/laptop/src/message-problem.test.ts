import { createRandom } from '@streamworks/common';
import { describe, expect, it } from 'vitest';
import { findProblem, findTextProblem } from './message-problem.js';
import { toRandomLaptop } from './random-laptop.js';

const laptop = toRandomLaptop(createRandom(3), new Date(0));

describe('findProblem', () => {
  it('finds nothing in a laptop that can be stored', () => {
    expect(findProblem(laptop, 'laptop')).toBeUndefined();
  });

  it.each([
    ['laptop.brand', { brand: 'a\0b' }, 'may not have U+0000'],
    ['laptop.name', { name: 'é'.repeat(64) + 'x' }, 'has 129 bytes, and may have 128'],
    ['laptop.cpu.name', { cpu: { ...laptop.cpu, name: '\0' } }, 'may not have U+0000'],
    ['laptop.cpu.max_ghz', { cpu: { ...laptop.cpu, maxGhz: Infinity } }, 'Infinity is not finite'],
    ['laptop.price_usd', { priceUsd: Number.NaN }, 'NaN is not finite'],
    ['laptop.weight_kg', { weightKg: -Infinity }, '-Infinity is not finite'],
    ['laptop.screen.size_inch', { screen: { ...laptop.screen, sizeInch: Infinity } }, 'Infinity is not finite'],
    ['laptop.gpus[1].brand', { gpus: [{ brand: '' }, { brand: 'x'.repeat(129) }] }, 'has 129 bytes, and may have 128'],
  ])('finds %s', (field, change, description) => {
    expect(findProblem({ ...laptop, ...change }, 'laptop')).toEqual({ field, description });
  });
});

describe('findTextProblem', () => {
  it.each(['', 'x'.repeat(128), 'é'.repeat(64), '💥'.repeat(32)])('takes %j', (text) => {
    expect(findTextProblem(text)).toBeUndefined();
  });
});
