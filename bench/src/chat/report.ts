import { summarize } from '../report/statistics.js';
import type { LoadPlan, LoadResult } from './run-load.js';

const MEBIBYTE = 2 ** 20;

/** What is loaded, in one line. */
export function toTitle({ users, rooms, slow, size, rate }: LoadPlan): string {
  const others = slow === 0 ? '' : ` and ${slow} who stop reading`;
  const pace = rate === 0 ? 'as fast as it goes' : `${rate} messages/s`;
  return `${users} users${others} in ${rooms} rooms, ${size} bytes, ${pace}`;
}

/** What a load has come to, as lines. */
export function toReport(plan: LoadPlan, result: LoadResult): string {
  const { seconds, stored, deliveries, lost, before, after, slow } = result;
  const { processor, ...figures } = toFigures(result);
  const sorted = sort(result.latencies);
  const percentiles = [50, 99, 99.9].map((percent) => `p${percent} ${toPercentile(sorted, percent).toFixed(1)} ms`);
  const lines = [
    toTitle(plan),
    `stored       ${stored} (${Math.round(stored / seconds)}/s)`,
    `deliveries   ${deliveries} (${Math.round(figures.deliveries)}/s), lost ${lost}`,
    `latency      ${percentiles.join(', ')}`,
  ];
  if (before !== undefined && after !== undefined) {
    const cpu = after.cpuSeconds - before.cpuSeconds;
    const [first, last] = [before, after].map(({ residentBytes }) => Math.round(residentBytes / MEBIBYTE));
    lines.push(
      `server       ${cpu.toFixed(2)} s of processor time: ${Math.round(processor ?? 0)} deliveries for each second of it`,
      `memory       ${first} MiB with everybody there, ${last} MiB at the end`,
    );
  }
  const ends = slow.map(({ end, missed, doubled }) => `stopped      ${end}; missed ${missed}, doubled ${doubled}`);
  return [...lines, ...new Set(ends)].join('\n');
}

/** The numbers of a load that are compared; undefined: the server did not say. */
export interface Figures {
  /** For each second. */
  readonly deliveries: number;
  /** Deliveries for each second of the server's processor time. */
  readonly processor: number | undefined;
  /** In milliseconds. */
  readonly p99: number;
  /** The server's, at the end, in MiB. */
  readonly memory: number | undefined;
}

export function toFigures({ seconds, deliveries, latencies, before, after }: LoadResult): Figures {
  return {
    deliveries: deliveries / seconds,
    processor: before && after && deliveries / (after.cpuSeconds - before.cpuSeconds),
    p99: toPercentile(sort(latencies), 99),
    memory: after && after.residentBytes / MEBIBYTE,
  };
}

const rows: readonly (readonly [name: keyof Figures, title: string])[] = [
  ['deliveries', 'deliveries/s'],
  ['processor', 'deliveries/s of processor time'],
  ['p99', 'p99, ms'],
  ['memory', 'memory, MiB'],
];

/** The medians of two sides beside each other, and their ratio. */
export function toComparison(one: readonly Figures[], other: readonly Figures[], titles: readonly string[]): string {
  const toLine = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(32) : cell.padStart(16))).join('');
  const lines = rows.map(([name, title]) => {
    const [first, second] = [one, other].map((side) => summarize(side.map((figures) => figures[name]))?.median);
    const ratio = first === undefined || second === undefined ? '–' : (first / second).toFixed(2);
    return toLine([title, ...[first, second].map((value) => (value === undefined ? '–' : value.toFixed(0))), ratio]);
  });
  return [toLine(['', ...titles, 'ratio']), ...lines].join('\n');
}

function sort(values: readonly number[]): number[] {
  return values.toSorted((one, other) => one - other);
}

/** The value that so many percent do not exceed; NaN where there is none. */
export function toPercentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}
