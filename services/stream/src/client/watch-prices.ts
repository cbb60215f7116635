import type { Client } from '@streamworks/common';
import { UsageError, type ClientInput } from '@streamworks/common/cli';
import type { StockPrice, StockService } from '@streamworks/proto/stock_service';
import { readCount, toShown } from './command-input.js';
import { createLiveLines } from './live-lines.js';

/** What the command that calls StockService works with. */
export interface StockInput extends Pick<ClientInput, 'options' | 'signal' | 'print'> {
  readonly client: Client<typeof StockService>;
}

/** Prints prices as they come: a line for each symbol that changes in a terminal, a line for each price elsewhere. */
export async function watchPrices(input: StockInput, names: readonly string[]): Promise<void> {
  const symbols = [...new Map(names.map((name) => [name.toUpperCase(), name])).values()]; // a line each
  if (symbols.length === 0) throw new UsageError('a symbol is missing, such as AAPL');
  const count = readCount(input.options, 'count') ?? Infinity;
  const failed = new AbortController();
  const signal = AbortSignal.any([input.signal, failed.signal]);
  const lines = createLiveLines({ names: symbols, print: input.print });
  const watch = async (symbol: string): Promise<void> => {
    let left = count;
    let last = Number.NaN;
    if (left === 0) return;
    for await (const price of input.client.getRealTimePrices({ symbol }, { signal })) {
      if (price.symbol !== symbol.toUpperCase())
        throw new Error(`a price of ${toShown(price.symbol)} came for ${symbol}`);
      lines.show(symbol, toLine(price, last));
      last = price.price;
      left -= 1;
      if (left === 0) return;
    }
  };
  try {
    await Promise.all(symbols.map(watch));
  } finally {
    failed.abort(); // where one has failed, the others are of no use
    lines.stop();
  }
}

function toLine({ symbol, price, timestamp }: StockPrice, last: number): string {
  const change = price > last ? '▲' : price < last ? '▼' : ' ';
  const time = new Date(Number(timestamp) * 1000);
  const shown = Number.isNaN(time.getTime()) ? String(timestamp) : time.toISOString().replace('.000Z', 'Z');
  return `${symbol.padEnd(6)} ${price.toFixed(2).padStart(12)} ${change} ${shown}`;
}
