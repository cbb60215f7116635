import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { readPrices } from './read-prices.js';

const MOST_READERS = 5000;
const TICK_MS = 100;
const TICKS = 100;

/** Thousands read one symbol from one source: each gets its newest price, in order. */
export async function* torturePrices({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const name = `readers of one symbol, a price each ${TICK_MS} ms`;
  if (!isWanted(name)) return;
  const counts = await readPrices({ readers: Math.min(count, MOST_READERS), tickMs: TICK_MS, ticks: TICKS });
  const isWrong = counts.disordered + counts.behind > 0;
  yield { name, figures: { ...counts }, ...(isWrong && { fault: 'a reader was left behind, or went back' }) };
}
