import type { LoadPlan, LoadResult } from './run-load.js';

const MEBIBYTE = 2 ** 20;

/** What a load has come to, as lines. */
export function toReport(plan: LoadPlan, result: LoadResult): string {
  const { seconds, stored, deliveries, lost, before, after } = result;
  const sorted = result.latencies.toSorted((one, other) => one - other);
  const percentiles = [50, 99, 99.9].map((percent) => `p${percent} ${toPercentile(sorted, percent).toFixed(1)} ms`);
  const lines = [
    `${plan.users} users in ${plan.rooms} rooms, ${plan.slow} of them slow, ${plan.size} bytes, ${plan.rate === 0 ? 'as fast as it goes' : `${plan.rate} messages/s`}`,
    `stored       ${stored} (${Math.round(stored / seconds)}/s)`,
    `deliveries   ${deliveries} (${Math.round(deliveries / seconds)}/s), lost ${lost}`,
    `latency      ${percentiles.join(', ')}`,
  ];
  if (before !== undefined && after !== undefined) {
    const cpu = after.cpuSeconds - before.cpuSeconds;
    const [first, last] = [before, after].map(({ residentBytes }) => Math.round(residentBytes / MEBIBYTE));
    lines.push(
      `server       ${cpu.toFixed(2)} s of processor time: ${Math.round(deliveries / cpu)} deliveries for each second of it`,
      `memory       ${first} MiB with everybody there, ${last} MiB at the end`,
    );
  }
  const ends = result.slowEnds.map((end) => `slow         ${end}`);
  return [...lines, ...new Set(ends)].join('\n');
}

/** The value that so many percent do not exceed; NaN where there is none. */
export function toPercentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}
