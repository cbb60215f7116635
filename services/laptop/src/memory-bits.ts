import type { Memory } from '@streamworks/proto/techschool/pcbook/laptop_message';

/** As much as a database's integer holds: amounts from here on count as equal. */
export const MOST_BITS = 2n ** 63n - 1n;

const bitsOf: Readonly<Record<string, bigint>> = {
  UNKNOWN: 0n,
  BIT: 1n,
  BYTE: 8n,
  KILOBYTE: 8n * 1024n,
  MEGABYTE: 8n * 1024n ** 2n,
  GIGABYTE: 8n * 1024n ** 3n,
  TERABYTE: 8n * 1024n ** 4n,
};

/** An amount of memory in bits, at most {@link MOST_BITS}; 0 without a unit, or with one that is not known. */
export function toBits(memory: Memory | null): bigint {
  if (memory === null) return 0n;
  const bits = memory.value * (bitsOf[memory.unit] ?? 0n);
  return bits < MOST_BITS ? bits : MOST_BITS;
}
