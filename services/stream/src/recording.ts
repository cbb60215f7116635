import type { Price, PriceSource } from './price-source.js';

/** The recorded prices of one symbol: numbers of 8 bytes each, as there may be millions. */
interface Track {
  readonly prices: number[];
  /** NaN where there is none. */
  readonly timestamps: number[];
}

/** Recorded prices, each symbol's in their order. */
export interface Recording extends PriceSource {
  readonly symbols: number;
  readonly count: number;
  /** Adds a price behind the others of its symbol, which is in upper case. */
  add(symbol: string, price: number, timestamp: number | undefined): void;
}

/** A recording without prices. */
export function createRecording(): Recording {
  const tracks = new Map<string, Track>();
  let count = 0;
  return {
    get symbols() {
      return tracks.size;
    },
    get count() {
      return count;
    },
    add(symbol, price, timestamp = Number.NaN) {
      const track = tracks.get(symbol) ?? { prices: [], timestamps: [] };
      tracks.set(symbol, track);
      track.prices.push(price);
      track.timestamps.push(timestamp);
      count += 1;
    },
    open(symbol) {
      const track = tracks.get(symbol);
      return track && replay(track);
    },
  };
}

function* replay({ prices, timestamps }: Track): Generator<Price, void, undefined> {
  for (const [index, price] of prices.entries()) {
    const timestamp = timestamps[index] ?? Number.NaN;
    yield { price, timestamp: Number.isNaN(timestamp) ? undefined : timestamp };
  }
}
