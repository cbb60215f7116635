import { availableParallelism, loadavg } from 'node:os';
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
  // A process that others keep from its turns cannot be timed.
  const [load = 0] = loadavg();
  const isTimed = load < availableParallelism();
  const counts = await searchMany({ laptops: MILLION, stopped: 20 });
  const { read, firstMs, lagMs, lastLagMs, grownMiB } = counts;
  const isLate = isTimed && (firstMs > MOST_FIRST_MS || Math.max(lagMs, lastLagMs) > MOST_LAG_MS);
  yield {
    name,
    figures: { ...counts, ...(!isTimed && { times: `not judged: load ${load.toFixed(1)}` }) },
    ...((isLate || read !== MILLION || grownMiB > MOST_GROWN_MIB) && {
      fault: 'too late, too much memory, too long a turn, or not all',
    }),
  };
}
