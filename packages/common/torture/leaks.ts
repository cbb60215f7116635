import type { TortureOptions, TortureRow as Row } from '../src/testing/torture-part.js';
import { findLeaks } from './leaks/find-leaks.js';
import { leakRows, type LeakPlan, type LeakReport, type LeakRow } from './leaks/leak-plan.js';

/** What a heap may have more after many calls: compiled code, tables that were doubled. It goes again in a later row. */
const NOISE_BYTES = 2 * 1024 * 1024;
const NOISE_BYTES_OF_A_CALL = 100;

/** So many rows bring everything into the heap that stays for good. */
const SETTLED_ROW = 4;

/** Calls that are broken off leave nothing: no memory, timer, socket or listener. */
export async function* tortureLeaks({ count, isWanted }: TortureOptions): AsyncGenerator<Row> {
  for (const directHttp2 of [true, false]) {
    const rows = leakRows.filter((row) => isWanted(toName(row, directHttp2)));
    if (rows.length > 0) yield* await judgeLeaks({ directHttp2, count, rows });
  }
}

/** `count` calls of each kind and each way to break them off, in a process of their own. */
export async function judgeLeaks(plan: LeakPlan): Promise<Row[]> {
  const reports = await findLeaks(plan);
  const rows = reports.map((report) => ({ name: toName(report, plan.directHttp2), ...judge(report) }));
  if (rows.length <= SETTLED_ROW) return rows;
  return [...rows, { name: `${toTransport(plan.directHttp2)}, all together`, ...judgeTogether(reports) }];
}

function toName({ kind, abort }: LeakRow, directHttp2: boolean): string {
  return `${toTransport(directHttp2)}, ${kind}, ${abort}`;
}

function toTransport(directHttp2: boolean): string {
  return directHttp2 ? 'direct' : 'public';
}

function judge({ calls, before, after }: LeakReport): Omit<Row, 'name'> {
  const grown = after.heapBytes - before.heapBytes;
  const left = {
    timers: after.timers - before.timers,
    sockets: after.sockets - before.sockets,
    listeners: after.listeners - before.listeners,
    warnings: after.warnings - before.warnings,
  };
  const figures = { calls, heapKiB: Math.round(after.heapBytes / 1024), grownKiB: Math.round(grown / 1024), ...left };
  const isLeak =
    grown > NOISE_BYTES + calls * NOISE_BYTES_OF_A_CALL || Object.values(left).some((number) => number > 0);
  return { figures, ...(isLeak && { fault: 'something is left' }) };
}

/** What is noise in each row would add up here if it were a leak. */
function judgeTogether(reports: readonly LeakReport[]): Omit<Row, 'name'> {
  const settled = reports[SETTLED_ROW]?.before.heapBytes ?? 0;
  const grown = (reports.at(-1)?.after.heapBytes ?? 0) - settled;
  const calls = reports.slice(SETTLED_ROW).reduce((sum, report) => sum + report.calls, 0);
  const figures = { calls, grownKiB: Math.round(grown / 1024), bytesOfACall: Math.round(grown / calls) };
  return { figures, ...(grown > NOISE_BYTES && { fault: 'something is left' }) };
}
