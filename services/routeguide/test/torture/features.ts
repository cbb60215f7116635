import { availableParallelism, loadavg } from 'node:os';
import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { readSlowly } from './read-slowly.js';

const MILLION = 1_000_000;
const MOST_GROWN_MIB = 64;
const MOST_LAG_MS = 20;

/** A million features: readers that stop cost no memory, one that reads all of them delays nobody. */
export async function* tortureFeatures({ isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const name = 'a million features, readers of all of them, most of whom stop';
  if (!isWanted(name)) return;
  // A process that others keep from its turns cannot be timed.
  const [load = 0] = loadavg();
  const isTimed = load < availableParallelism();
  const counts = await readSlowly({ features: MILLION, stopped: 20 });
  const isWrong =
    counts.read !== MILLION ||
    counts.grownMiB > MOST_GROWN_MIB ||
    (isTimed && counts.lagMs > MOST_LAG_MS) ||
    counts.openAfter > 0;
  yield {
    name,
    figures: { ...counts, ...(!isTimed && { lag: `not judged: load ${load.toFixed(1)}` }) },
    ...(isWrong && { fault: 'too much memory, too long a turn, or not all' }),
  };
}
