import { createRandom } from '@streamworks/common';
import { LaptopCodec, type Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { sql, type Database } from '@streamworks/storage';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { collect } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Criteria } from './criteria.js';
import { createDatabaseLaptopStore, toEndQuery, toSpanQuery } from './database-laptop-store.js';
import type { LaptopStore } from './laptop-store.js';
import { toBits } from './memory-bits.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { toRandomLaptop } from './random-laptop.js';
import { toCanonicalUuid } from './uuid.js';

type Compiled = ReturnType<ReturnType<typeof toEndQuery>['compile']>;

const now = new Date(0);
const everything: Criteria = { maxPriceUsd: Number.MAX_VALUE, minCores: 0, minGhz: -Number.MAX_VALUE, minRamBits: 0n };

const add = (store: LaptopStore, laptop: Laptop) => store.add(toCanonicalUuid(laptop.id)!, laptop);
const find = async (store: LaptopStore, criteria: Partial<Criteria> = {}) => {
  const found = await collect(store.search({ ...everything, ...criteria }, new AbortController().signal));
  return found.map((bytes) => LaptopCodec.decode(bytes));
};

function createLaptops(count: number, seed = 1): Laptop[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => toRandomLaptop(random, now));
}

const compare = (one: Laptop, other: Laptop) => one.priceUsd - other.priceUsd || (one.id < other.id ? -1 : 1);

describe.each(dialects)('the laptops on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases(dialect)), 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());
  const open = () => databases.open<LaptopSchema>(migrations);
  const create = async () => createDatabaseLaptopStore(await open());

  it('are not looked for any longer by a search whose caller has gone', async () => {
    const store = await create();
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(collect(store.search({ ...everything, minCores: 1_000 }, gone))).rejects.toThrow('gone');
  });

  it('are found as they were sent, in every field', async () => {
    const store = await create();
    const [whole] = createLaptops(1);
    const bare: Laptop = {
      id: '{0E8F1C7A-9d4b-4a67-8c3e-5b2f60d1a9e4}',
      brand: '',
      name: 'é💥',
      priceUsd: -0.1,
      releaseYear: 2 ** 32 - 1,
      cpu: null,
      ram: null,
      gpus: [],
      storages: [],
      screen: null,
      keyboard: null,
      updatedAt: null,
    };
    expect(await add(store, whole!)).toBe(true);
    expect(await add(store, bare)).toBe(true);
    expect(await find(store)).toEqual([bare, whole]);
  });

  it('are there once, whatever the form of the UUID', async () => {
    const store = await create();
    const [laptop, other] = createLaptops(2);
    expect(await store.has(laptop!.id)).toBe(false);
    expect(await add(store, laptop!)).toBe(true);
    expect(await add(store, { ...other!, id: `{${laptop!.id.toUpperCase()}}` })).toBe(false);
    expect(await store.has(laptop!.id)).toBe(true);
    expect(await find(store)).toEqual([laptop]);
  });

  it('are added by one of many at once', async () => {
    const store = await create();
    const [laptop] = createLaptops(1);
    const added = await Promise.all(Array.from({ length: 20 }, () => add(store, laptop!)));
    expect(added.filter(Boolean)).toHaveLength(1);
  });

  it('come by price, then by id as it was sent', async () => {
    const store = await create();
    const laptops = createLaptops(300).map((laptop, index) => ({ ...laptop, priceUsd: [2, 10, -1, 0.5][index % 4]! }));
    const sent = laptops.map((laptop, index) =>
      index % 3 === 0 ? { ...laptop, id: `urn:uuid:${laptop.id}` } : laptop,
    );
    for (const laptop of sent) await add(store, laptop);
    expect(await find(store)).toEqual(sent.toSorted(compare));
  });

  it('meet all of the criteria, bounds included', async () => {
    const store = await create();
    const laptops = createLaptops(500);
    for (const laptop of laptops) await add(store, laptop);
    const random = createRandom(2);
    const matched: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      // The bounds are those of a laptop that there is.
      const { priceUsd, cpu, ram } = laptops[Math.floor(random() * laptops.length)]!;
      const [{ cpu: other }] = [laptops[Math.floor(random() * laptops.length)]!];
      const criteria = {
        maxPriceUsd: priceUsd,
        minCores: cpu!.numberCores,
        minGhz: other!.minGhz,
        minRamBits: toBits(ram),
      };
      const expected = laptops.filter(
        (laptop) =>
          laptop.priceUsd <= criteria.maxPriceUsd &&
          laptop.cpu!.numberCores >= criteria.minCores &&
          laptop.cpu!.minGhz >= criteria.minGhz &&
          toBits(laptop.ram) >= criteria.minRamBits,
      );
      matched.push(expected.length);
      expect(await find(store, criteria)).toEqual(expected.toSorted(compare));
    }
    expect(Math.max(...matched)).toBeGreaterThan(10);
  });

  it('compare by an amount of memory that fills 63 bits', async () => {
    const store = await create();
    const [laptop, less] = createLaptops(2);
    await add(store, { ...laptop!, ram: { value: 2n ** 64n - 1n, unit: 'TERABYTE' } });
    await add(store, { ...less!, ram: { value: 2n ** 63n - 2n, unit: 'BIT' } });
    expect((await find(store, { minRamBits: 2n ** 63n - 1n })).map(({ id }) => id)).toEqual([laptop!.id]);
    expect(await find(store, { minRamBits: 2n ** 63n - 2n })).toHaveLength(2);
  });

  it('are read on while others are added, each at most once', async () => {
    const store = await create();
    const [first, second, ...rest] = createLaptops(302).toSorted(compare);
    for (const laptop of rest) await add(store, laptop);
    const found: string[] = [];
    for await (const bytes of store.search(everything, new AbortController().signal)) {
      found.push(LaptopCodec.decode(bytes).id);
      if (found.length === 100) for (const laptop of [first!, second!]) await add(store, laptop);
    }
    expect(found).toEqual(rest.map(({ id }) => id));
  });

  it('are found among so many that a statement looks at a part of them', async () => {
    const database = await open();
    const store = createDatabaseLaptopStore(database);
    const [laptop] = createLaptops(1);
    await fill(database, laptop!, 20_000);
    const wanted = [1, 4_096, 4_097, 8_192, 19_999].map((price) => `00000000-0000-4000-8000-${toDigits(price)}`);
    await database.query.updateTable('laptop').set({ cores: 99n }).where('uuid', 'in', wanted).execute();
    expect(await database.query.selectFrom('laptop').select('id').where('cores', '=', 99n).execute()).toHaveLength(5);
    expect(await find(store, { minCores: 99 })).toHaveLength(5);
    expect(await find(store, { minCores: 99, maxPriceUsd: 8_192 })).toHaveLength(4);
    expect(await find(store)).toHaveLength(20_000);
  });

  it('are read along an index that has all that is asked for', async () => {
    const database = await open();
    const [laptop] = createLaptops(1);
    await fill(database, laptop!, 20_000);
    const after = { price_usd: 100, id: 'a' };
    const end = { price_usd: 4_196, id: 'b' };
    const criteria = { maxPriceUsd: 15_000, minCores: 8, minGhz: 2.5, minRamBits: 9n };
    const queries = [
      toEndQuery(database, criteria, undefined),
      toEndQuery(database, criteria, after),
      toSpanQuery(database, criteria, { after: undefined, end }).limit(16),
      toSpanQuery(database, criteria, { after, end }).limit(16),
      toSpanQuery(database, criteria, { after, end: undefined }).limit(16),
    ];
    for (const query of queries) {
      const plan = await explain(database, query.compile());
      expect(plan).toMatch(
        dialect === 'sqlite'
          ? /SEARCH laptop USING (COVERING )?INDEX laptop_search \(/
          : /Index (Only )?Scan using laptop_search on laptop/,
      );
      expect(plan).not.toMatch(/SCAN|Seq Scan|Sort|TEMP B-TREE/);
    }
    // Laptops that do not match are passed over without their rows.
    const plan = await explain(database, queries[3]!.compile());
    if (dialect === 'postgres') expect(plan).toMatch(/Index Cond:.*cores >= .*min_ghz >= .*ram_bits >= /);
  });
});

/** So many laptops, each with its number as its price. */
async function fill(database: Database<LaptopSchema>, laptop: Laptop, count: number): Promise<void> {
  for (let start = 0; start < count; start += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_row, index) => {
      const uuid = `00000000-0000-4000-8000-${toDigits(start + index)}`;
      const message = LaptopCodec.encode({ ...laptop, id: uuid });
      return { uuid, id: uuid, price_usd: start + index, cores: 4n, min_ghz: 2, ram_bits: 8n, message };
    });
    await database.query.insertInto('laptop').values(rows).execute();
  }
  if (database.dialect === 'postgres') await sql`analyze laptop`.execute(database.query);
}

function toDigits(number: number): string {
  return String(number).padStart(12, '0');
}

/** How the database goes about a query. */
async function explain({ dialect, query }: Database<LaptopSchema>, compiled: Compiled): Promise<string> {
  const prefix = dialect === 'sqlite' ? 'explain query plan' : 'explain';
  const { rows } = await query.executeQuery<object>({ ...compiled, sql: `${prefix} ${compiled.sql}` });
  return rows.flatMap((row) => Object.values(row) as unknown[]).join('\n');
}
