import type { Filter } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { toBits } from './memory-bits.js';

/** What a laptop must have to be found, all of it; the bounds belong to what is found. */
export interface Criteria {
  readonly maxPriceUsd: number;
  readonly minCores: number;
  readonly minGhz: number;
  readonly minRamBits: bigint;
}

/**
 * What a filter asks for; undefined where no laptop can meet it. A bound may be infinite, as numbers of laptops may not: the
 * largest double says the same.
 */
export function toCriteria(filter: Filter | null): Criteria | undefined {
  const { maxPriceUsd = 0, minCpuCores = 0, minCpuGhz = 0, minRam = null } = filter ?? {};
  if (maxPriceUsd === -Infinity || minCpuGhz === Infinity) return undefined;
  return {
    maxPriceUsd: Math.min(maxPriceUsd, Number.MAX_VALUE),
    minCores: minCpuCores,
    minGhz: Math.max(minCpuGhz, -Number.MAX_VALUE),
    minRamBits: toBits(minRam),
  };
}
