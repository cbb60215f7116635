import { collect, createTestContext, from } from '@streamworks/common/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAllStreamHandlers, createSqrtHandlers } from './handlers.js';

const { sqrt } = createSqrtHandlers();
const { allStream } = createAllStreamHandlers();

/** The handlers are generators: what they give is iterable. */
const roots = (numbers: readonly number[]) =>
  collect(sqrt(from(numbers.map((number) => ({ number }))), createTestContext()) as AsyncIterable<{ sqrt: number }>);
const textRoots = (texts: readonly string[]) =>
  allStream(from(texts.map((data) => ({ data }))), createTestContext()) as AsyncGenerator<{ data: string }>;

describe('sqrt', () => {
  it('gives one root for each number, in order', async () => {
    expect(await roots([9, 2, 4])).toEqual([{ sqrt: 3 }, { sqrt: Math.SQRT2 }, { sqrt: 2 }]);
    expect(await roots([])).toEqual([]);
  });

  it('follows IEEE 754, and goes on after NaN', async () => {
    expect(await roots([-1, -Infinity, NaN, -0, 0, Infinity, 4])).toEqual(
      [NaN, NaN, NaN, -0, 0, Infinity, 2].map((root) => ({ sqrt: root })),
    );
  });

  it('gives the root of any numbers, one for each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double()), async (numbers) => {
        expect(await roots(numbers)).toEqual(numbers.map((number) => ({ sqrt: Math.sqrt(number) })));
      }),
    );
  });
});

describe('allStream', () => {
  it('gives one root for each number, in order', async () => {
    expect(await collect(textRoots(['9', '2', '-0', '-4', '1e400', 'NaN']))).toEqual(
      ['3', '1.4142135623730951', '-0', 'NaN', 'Infinity', 'NaN'].map((data) => ({ data })),
    );
  });

  it('gives the same as sqrt for any numbers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noNaN: true })), async (numbers) => {
        const texts = numbers.map((number) => (Object.is(number, -0) ? '-0' : String(number)));
        const expected = await roots(numbers);
        expect((await collect(textRoots(texts))).map(({ data }) => ({ sqrt: Number(data) }))).toEqual(expected);
      }),
    );
  });

  it.each(['0x10', '', ' 4', 'four'])('refuses %j after the roots before it', async (bad) => {
    const responses = textRoots(['4', bad, '9']);
    expect(await responses.next()).toEqual({ done: false, value: { data: '2' } });
    await expect(responses.next()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'data: is no decimal number such as 2, -0.5 or 1e-7',
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'data' }] } }],
    });
  });
});
