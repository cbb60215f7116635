import { until } from '@streamworks/common/testing';
import type { Participant, Seen } from './participants.js';

/** What came of it. */
export interface Counts {
  /** Messages that were echoed or counted. */
  readonly acknowledged: number;
  /** Of those: what a reader has not got. */
  readonly lost: number;
  /** What a reader has got more than once. */
  readonly doubled: number;
  /** Readers whose order is not that of the sequences, or who have another message under a sequence than others. */
  readonly disordered: number;
}

const LIMIT_MS = 30_000;

/** Waits until each reader has got everything that was acknowledged, or for half a minute, and counts what is wrong. */
export async function judge(writers: readonly Participant[], readers: readonly Participant[]): Promise<Counts> {
  const acknowledged = new Set(writers.flatMap((writer) => [...writer.acknowledged]));
  const count = (): Counts => {
    const counts = { acknowledged: acknowledged.size, lost: 0, doubled: 0, disordered: 0 };
    const bySequence = new Map<bigint, string>();
    for (const { seen } of readers) {
      const ids = new Set(seen.map(({ id }) => id));
      counts.lost += [...acknowledged].filter((id) => !ids.has(id)).length;
      counts.doubled += seen.length - ids.size;
      if (!isOrdered(seen, bySequence)) counts.disordered += 1;
    }
    return counts;
  };
  await until(() => count().lost === 0, LIMIT_MS).catch(() => undefined); // the counts say so
  return count();
}

function isOrdered(seen: readonly Seen[], bySequence: Map<bigint, string>): boolean {
  return seen.every(({ id, sequence }, index) => {
    const known = bySequence.get(sequence) ?? id;
    bySequence.set(sequence, known);
    return known === id && sequence > (seen[index - 1]?.sequence ?? 0n);
  });
}

export function addCounts(one: Counts, other: Counts): Counts {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
    disordered: one.disordered + other.disordered,
  };
}
