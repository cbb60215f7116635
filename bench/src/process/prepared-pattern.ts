import type { BenchSummary } from '../peers/bench-client.js';

/** Runs with so many messages, and checks what came; gives the milliseconds of each round trip where those are timed. */
export type PreparedPattern = (count: number) => Promise<number[] | undefined>;

/** Throws where the server has not counted messages 0 to count - 1. */
export function checkSummary(summary: BenchSummary, count: number): void {
  const sum = (count * (count - 1)) / 2;
  if (summary.count === count && summary.sum === sum) return;
  throw new Error(`expected ${count} messages with sum ${sum}, got ${summary.count} with ${summary.sum}`);
}
