import { randomInt } from 'node:crypto';
import type { Logger } from '@streamworks/common';
import type { PriceSource } from './price-source.js';
import { createRandomWalk } from './random-walk.js';
import { readRecording } from './read-recording.js';

/** Where prices come from: a recording, or else a random walk. */
export interface PriceSourceOptions {
  readonly pricesFile: string | undefined;
  readonly pricesSeed: number | undefined;
}

/** The source that the settings name, and says so in the log. Throws a StartError for a bad recording. */
export async function openPriceSource(
  { pricesFile, pricesSeed = randomInt(2 ** 32) }: PriceSourceOptions,
  log: Logger,
): Promise<PriceSource> {
  if (pricesFile === undefined) {
    log.info({ seed: pricesSeed }, 'prices of a random walk');
    return createRandomWalk(pricesSeed);
  }
  const recording = await readRecording(pricesFile);
  log.info({ file: pricesFile, symbols: recording.symbols, count: recording.count }, 'recorded prices');
  return recording;
}
