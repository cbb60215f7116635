import { createTestContext, from } from '@streamworks/common/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandlers } from './handlers.js';

const handlers = createHandlers();
const sum = async (numbers: Iterable<bigint>) =>
  handlers.sum(from(Array.from(numbers, (data) => ({ data }))), createTestContext());

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;
const int64 = fc.bigInt({ min: LEAST, max: MOST });

describe('sum', () => {
  it('adds up', async () => {
    expect(await sum([1n, 2n, 39n])).toEqual({ sum: 42n });
  });

  it('is 0 for an empty stream', async () => {
    expect(await sum([])).toEqual({ sum: 0n });
  });

  it('is exact beyond what a double holds', async () => {
    expect(await sum([2n ** 53n, 1n])).toEqual({ sum: 9007199254740993n });
    expect(await sum([MOST])).toEqual({ sum: MOST });
    expect(await sum([LEAST])).toEqual({ sum: LEAST });
    expect(await sum([LEAST, MOST])).toEqual({ sum: -1n });
  });

  it('may leave int64 on the way and come back', async () => {
    expect(await sum([MOST, MOST, LEAST, LEAST])).toEqual({ sum: -2n });
    expect(await sum([LEAST, -1n, 1n])).toEqual({ sum: LEAST });
  });

  it.each([
    ['one more than the most', [MOST, 1n], '9223372036854775808'],
    ['one less than the least', [LEAST, -1n], '-9223372036854775809'],
    ['far beyond', [MOST, MOST, MOST], '27670116110564327421'],
  ])('is OUT_OF_RANGE for %s', async (_case, numbers, total) => {
    await expect(sum(numbers)).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      message: `sum: ${total} does not fit in int64`,
    });
  });

  it('is exact and the same in any order, or OUT_OF_RANGE in any order', async () => {
    const shuffled = fc
      .array(int64, { maxLength: 50 })
      .chain((numbers) => fc.tuple(fc.constant(numbers), fc.shuffledSubarray(numbers, { minLength: numbers.length })));
    await fc.assert(
      fc.asyncProperty(shuffled, async ([numbers, reordered]) => {
        const exact = numbers.reduce((total, number) => total + number, 0n);
        for (const order of [numbers, reordered]) {
          if (exact >= LEAST && exact <= MOST) expect(await sum(order)).toEqual({ sum: exact });
          else await expect(sum(order)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
        }
      }),
    );
  });

  it('does not depend on how the numbers arrive in batches', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => BigInt(index));
    expect(await sum(many)).toEqual({ sum: 3_123_750n });
  });

  it('of a stream that breaks off is not answered', async () => {
    async function* broken(): AsyncGenerator<{ data: bigint }> {
      yield { data: 1n };
      throw new Error('cut off');
    }
    await expect(handlers.sum(from(broken()), createTestContext())).rejects.toThrow('cut off');
  });
});
