import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { searchMany } from './search-many.js';

const MILLION = 1_000_000;
const MOST_FIRST_MS = 50;
const MOST_LAG_MS = 20;
const MOST_GROWN_MIB = 64;

/** A million laptops: the first result comes at once, readers that stop cost no memory, nobody holds the event loop. */
export async function* tortureSearch({ isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const name = 'a million laptops, searches that stop, and one for all of them';
  if (!isWanted(name)) return;
  const counts = await searchMany({ laptops: MILLION, stopped: 20 });
  const { read, firstMs, lagMs, grownMiB } = counts;
  const isWrong = read !== MILLION || firstMs > MOST_FIRST_MS || lagMs > MOST_LAG_MS || grownMiB > MOST_GROWN_MIB;
  yield {
    name,
    figures: { ...counts },
    ...(isWrong && { fault: 'too late, too much memory, too long a turn, or not all' }),
  };
}
