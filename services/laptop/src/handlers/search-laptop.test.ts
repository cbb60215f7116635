import { StatusError } from '@streamworks/common';
import { createTestContext } from '@streamworks/common/testing';
import type { SearchLaptopResponse } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { describe, expect, it } from 'vitest';
import { badField, createLaptop, useStores } from '../../test/use-stores.js';
import { createSearchLaptop } from './search-laptop.js';

const createStores = useStores();
async function create() {
  const stores = await createStores();
  return { ...stores, search: createSearchLaptop(stores.laptops) };
}
type Setup = Awaited<ReturnType<typeof create>>;

describe('searchLaptop', () => {
  const search = async ({ search: handler }: Setup, filter: Parameters<Setup['search']>[0]['filter']) => {
    const context = createTestContext<SearchLaptopResponse>();
    await handler({ filter }, context);
    return context.written;
  };

  it('gives those that meet the filter, the cheapest first', async () => {
    const setup = await create();
    const laptops = [3_000, 1_000, 3_000.01].map((priceUsd) => ({ ...createLaptop(), priceUsd }));
    for (const laptop of laptops) await setup.createLaptop(laptop);
    const filter = { maxPriceUsd: 3_000, minCpuCores: 0, minCpuGhz: 0, minRam: null };
    expect(await search(setup, filter)).toEqual([{ laptop: laptops[1] }, { laptop: laptops[0] }]);
  });

  it('takes an empty filter for a price of 0 at most', async () => {
    const setup = await create();
    const free = { ...createLaptop(), priceUsd: 0 };
    for (const laptop of [free, { ...createLaptop(), priceUsd: 0.01 }]) await setup.createLaptop(laptop);
    const empty = { maxPriceUsd: 0, minCpuCores: 0, minCpuGhz: 0, minRam: null };
    for (const filter of [null, empty]) expect(await search(setup, filter)).toEqual([{ laptop: free }]);
  });

  it('gives nothing where nothing can meet a bound, and all where everything does', async () => {
    const setup = await create();
    await setup.createLaptop(createLaptop());
    const filter = { maxPriceUsd: Infinity, minCpuCores: 0, minCpuGhz: -Infinity, minRam: null };
    expect(await search(setup, filter)).toHaveLength(1);
    expect(await search(setup, { ...filter, minCpuGhz: Infinity })).toEqual([]);
    expect(await search(setup, { ...filter, maxPriceUsd: -Infinity })).toEqual([]);
  });

  it.each([
    ['max_price_usd', { maxPriceUsd: Number.NaN }],
    ['min_cpu_ghz', { minCpuGhz: Number.NaN }],
  ])('refuses NaN for %s', async (field, change) => {
    const setup = await create();
    const filter = { maxPriceUsd: 0, minCpuCores: 0, minCpuGhz: 0, minRam: null, ...change };
    await expect(search(setup, filter)).rejects.toMatchObject(badField(`filter.${field}`));
  });

  it('waits for a reader that is slow', async () => {
    const setup = await create();
    for (let count = 0; count < 3; count += 1) await setup.createLaptop({ ...createLaptop(), priceUsd: 0 });
    const context = createTestContext<SearchLaptopResponse>({
      write: () => Promise.reject(new StatusError('CANCELLED', 'the reader has left')),
    });
    await expect(setup.search({ filter: null }, context)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
