import { createRandom } from '@streamworks/common';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseLaptopStore } from './database-laptop-store.js';
import { createDatabaseRatingStore } from './database-rating-store.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { pickUuid } from './pick.js';
import { toRandomLaptop } from './random-laptop.js';

const random = createRandom(1);
const unknown = pickUuid(random);

describe.each(dialects)('the ratings on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases(dialect)), 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  async function create() {
    const config = await databases.create();
    const database = await databases.open<LaptopSchema>(migrations, { config });
    const laptops = createDatabaseLaptopStore(database);
    const addLaptop = async (): Promise<string> => {
      const laptop = toRandomLaptop(random, new Date(0));
      await laptops.add(laptop.id, laptop);
      return laptop.id;
    };
    const [one, other] = [await addLaptop(), await addLaptop()];
    return { config, database, addLaptop, one, other, store: createDatabaseRatingStore(database) };
  }

  it('say of each how many there are with it, and their average', async () => {
    const { one, other, store } = await create();
    const scores: [string, number][] = [
      [one, 8],
      [other, 5],
      [one, 7.5],
      [one, 10],
      [other, -5],
    ];
    const ratings = scores.map(([laptop, score]) => ({ laptop, score }));
    expect(await store.add(ratings)).toEqual([
      { count: 1, average: 8 },
      { count: 1, average: 5 },
      { count: 2, average: 7.75 },
      { count: 3, average: 8.5 },
      { count: 2, average: 0 },
    ]);
    expect(await store.add([{ laptop: one, score: 0 }])).toEqual([{ count: 4, average: 6.375 }]);
    expect(await store.add([])).toEqual([]);
  });

  it('stop at a laptop that is not there', async () => {
    const { one, other, store } = await create();
    const group = [one, other, unknown, one].map((laptop) => ({ laptop, score: 1 }));
    expect(await store.add(group)).toEqual([
      { count: 1, average: 1 },
      { count: 1, average: 1 },
    ]);
    expect(await store.add([{ laptop: unknown, score: 1 }])).toEqual([]);
    expect(await store.add([{ laptop: one, score: 3 }])).toEqual([{ count: 2, average: 2 }]);
  });

  it('are added up as if nothing were rounded off', async () => {
    const { addLaptop, store } = await create();
    const score = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const tiny = fc.double({ min: -1e-9, max: 1e-9, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(score, tiny), { minLength: 1, maxLength: 30 }), async (scores) => {
        const laptop = await addLaptop();
        const rated = await store.add(scores.map((value) => ({ laptop, score: value })));
        const exact = toExactSum(scores) / scores.length;
        // One rounding of the sum, one of the quotient; and what the compensation itself rounds off, which is of the second order.
        const bound = Math.abs(exact) * 2 ** -51 + scores.length ** 2 * 1e9 * 2 ** -104;
        expect(Math.abs(rated.at(-1)!.average - exact)).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 40 },
    );
  });

  it('keep a small score beside large ones', async () => {
    const { one, store } = await create();
    const scores = [1e9, 1e-9, -1e9, 1e9, 1e-9, -1e9];
    const rated = await store.add(scores.map((score) => ({ laptop: one, score })));
    expect(rated.at(-1)).toEqual({ count: 6, average: 2e-9 / 6 });
    expect(scores.reduce((sum, score) => sum + score)).not.toBe(2e-9); // as plain doubles add up
  });

  it('of many at once count each, in groups that name laptops in any order', async () => {
    const { one, other, store } = await create();
    const groups = Array.from({ length: 60 }, (_, index) => {
      const pair = [
        { laptop: one, score: index },
        { laptop: other, score: 0.25 },
      ];
      return index % 2 === 0 ? pair : pair.toReversed();
    });
    const rated = (await Promise.all(groups.map((group) => store.add(group)))).flat();
    const counts = rated.map(({ count }) => count).toSorted((first, second) => first - second);
    expect(counts).toEqual(groups.flatMap((_, index) => [index + 1, index + 1]));
    expect(await store.add([one, other].map((laptop) => ({ laptop, score: 0 })))).toEqual([
      { count: 61, average: (59 * 30) / 61 },
      { count: 61, average: 15 / 61 },
    ]);
  });

  it('are there when the database is opened again', async () => {
    const { config, database, one, store } = await create();
    await store.add([{ laptop: one, score: 4 }]);
    await database.close();
    const again = createDatabaseRatingStore(await databases.open<LaptopSchema>(migrations, { config }));
    expect(await again.add([{ laptop: one, score: 5 }])).toEqual([{ count: 2, average: 4.5 }]);
  });
});

/** The sum of doubles without any rounding but that of the result: every double is a whole number of 2^-1074. */
function toExactSum(numbers: readonly number[]): number {
  const view = new DataView(new ArrayBuffer(8));
  let sum = 0n;
  for (const number of numbers) {
    view.setFloat64(0, Math.abs(number));
    const bits = view.getBigUint64(0);
    const exponent = bits >> 52n;
    const mantissa = bits & (2n ** 52n - 1n);
    const size = exponent === 0n ? mantissa : (mantissa + 2n ** 52n) << (exponent - 1n);
    sum += number < 0 ? -size : size;
  }
  const magnitude = sum < 0n ? -sum : sum;
  // Down to 64 bits, of which the last one says whether there were others below: Number rounds those as it should.
  const shift = BigInt(Math.max(0, magnitude.toString(2).length - 64));
  const head = (magnitude >> shift) | (magnitude & ((1n << shift) - 1n) ? 1n : 0n);
  return Math.sign(Number(sum > 0n) - Number(sum < 0n)) * toScaled(Number(head), Number(shift) - 1074);
}

function toScaled(number: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return number * 2 ** half * 2 ** (exponent - half);
}
