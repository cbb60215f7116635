import { once } from 'node:events';
import { peers } from '../peers/peers.js';
import { isMemoryPattern } from '../plan/cell.js';
import { openMemoryPattern } from './memory-patterns.js';
import type { ClientJob, ClientReport, Measurement } from './messages.js';
import { preparePattern } from './patterns.js';
import type { PreparedPattern } from './prepared-pattern.js';
import { readOwnUsage } from './usage.js';

/** A client process: `client.js <job as JSON>`. It ends with its parent, who ends it. */
const WARM_UP_COUNT = 5_000;
/** What a warm-up sends at most. */
const WARM_UP_BYTES = 8 * 1024 * 1024;

const job = JSON.parse(process.argv[2] ?? '') as ClientJob; // from the parent alone
const report = (message: ClientReport): void => void process.send?.(message);
const fail = (error: unknown): void => report({ kind: 'failed', problem: String(error) });
process.on('disconnect', () => process.exit());
// A check that fails throws in the callback of an event, where nobody can catch it.
process.on('uncaughtException', fail);

try {
  if (isMemoryPattern(job.pattern)) {
    await openMemoryPattern(job);
    report({ kind: 'ready' });
  } else {
    const { createBenchClient } = await peers[job.peer].loadClient();
    const run = await preparePattern(job, await createBenchClient(job.target));
    await warmUp(run);
    report({ kind: 'ready' });
    await once(process, 'message');
    report({ kind: 'done', measurement: await measure(run) });
  }
} catch (error) {
  fail(error);
}

/** The connection, and code that is compiled. */
async function warmUp(run: PreparedPattern): Promise<void> {
  const { count, payloadBytes, warmUpMs } = job;
  const most = Math.max(1, Math.min(WARM_UP_COUNT, Math.floor(WARM_UP_BYTES / (payloadBytes + 1))));
  const end = performance.now() + warmUpMs;
  do await run(Math.min(count, most));
  while (performance.now() < end);
}

async function measure(run: PreparedPattern): Promise<Measurement> {
  const before = readOwnUsage();
  const start = performance.now();
  const times = await run(job.count);
  const seconds = (performance.now() - start) / 1000;
  const { cpuMicros, ...memory } = readOwnUsage();
  const usage = { ...memory, cpuMicros: cpuMicros - before.cpuMicros };
  if (times === undefined) return { seconds, usage };
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => (sorted[Math.floor(sorted.length * share)] ?? NaN) * 1000;
  return { seconds, usage, p50: at(0.5), p99: at(0.99) };
}
