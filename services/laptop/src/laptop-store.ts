import type { Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import type { Criteria } from './criteria.js';

/** Keeps the laptops. UUIDs are in their canonical form. */
export interface LaptopStore {
  /** Adds a laptop; resolves when it is stored for good, with false where there is one with this UUID already. */
  add(uuid: string, laptop: Laptop): Promise<boolean>;
  has(uuid: string): Promise<boolean>;
  /**
   * The laptops that meet the criteria, each as its bytes, by price and then by id as it was sent, read in pages as they are taken. Those that are
   * added meanwhile are found where they come after those that were taken. Throws the reason of the signal once that has aborted,
   * also while nothing is found.
   */
  search(criteria: Criteria, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
