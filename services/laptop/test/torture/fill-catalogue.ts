import { createRandom } from '@streamworks/common';
import { LaptopCodec, type Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { sql } from '@streamworks/storage';
import { toBits } from '../../dist/memory-bits.js';
import type { LaptopSchema } from '../../dist/migrations.js';
import { toRandomLaptop } from '../../dist/random-laptop.js';
import { openCatalogue } from './start-laptop.js';

/** How many cores the most expensive laptop has, and no other one. */
export const MOST_CORES = 1_000;

const AT_ONCE = 50_000;

/** Straight into the table, in few and large transactions: what is measured is the search. */
export async function fillCatalogue(folder: string, count: number): Promise<void> {
  const database = await openCatalogue(folder);
  await sql`pragma cache_size = -400000`.execute(database.query); // KiB: every page of the index is written to all the time
  const random = createRandom(1);
  const now = new Date();
  for (let done = 0; done < count; done += AT_ONCE) {
    const most = Math.min(count, done + AT_ONCE);
    await database.transaction(async (transaction) => {
      for (let first = done; first < most; first += 1_000) {
        const rows = Array.from({ length: Math.min(1_000, most - first) }, (_, index) =>
          toRow(toRandomLaptop(random, now), first + index),
        );
        await transaction.insertInto('laptop').values(rows).execute();
      }
    });
  }
  await database.close();
}

/** The first one is the most expensive of all, and has the most cores. */
function toRow(laptop: Laptop, index: number): LaptopSchema['laptop'] {
  const numberCores = index === 0 ? MOST_CORES : (laptop.cpu?.numberCores ?? 0);
  const priceUsd = index === 0 ? 1e6 : laptop.priceUsd;
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const minGhz = laptop.cpu?.minGhz ?? 0;
  return {
    uuid: id,
    id,
    price_usd: priceUsd,
    cores: BigInt(numberCores),
    min_ghz: minGhz,
    ram_bits: toBits(laptop.ram),
    message: LaptopCodec.encode({ ...laptop, id, cpu: { ...laptop.cpu, numberCores }, priceUsd }),
  };
}
