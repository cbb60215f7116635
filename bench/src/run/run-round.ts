import { setTimeout as wait } from 'node:timers/promises';
import { isMemoryPattern, type Cell, type Contender } from '../plan/cell.js';
import type { ClientJob } from '../process/messages.js';
import type { Round } from './outcome.js';
import { startClient } from './start-client.js';
import type { RunningServer } from './running-server.js';

/** How long, in milliseconds. */
export interface Durations {
  /** The most that a run may take. */
  readonly limitMs: number;
  readonly warmUpMs: number;
  /** How long a reader has stopped for when the memory of the server is looked at. */
  readonly stoppedMs: number;
}

/** Measures one contender once, with a client process of its own. */
export function runRound(
  cell: Cell,
  contender: Contender,
  server: RunningServer,
  durations: Durations,
): Promise<Round> {
  const { pattern, count, payloadBytes, subscribers } = cell;
  const { client: peer } = contender;
  const { target } = server;
  const { warmUpMs } = durations;
  const job: ClientJob = { peer, target, pattern, count, payloadBytes, subscribers, warmUpMs };
  return isMemoryPattern(pattern) ? measureMemory(job, server, durations) : measureMessages(job, server, durations);
}

async function measureMessages(job: ClientJob, server: RunningServer, { limitMs }: Durations): Promise<Round> {
  const client = await startClient(job, limitMs);
  try {
    const before = await server.readUsage();
    const { seconds, usage, ...latency } = await client.run();
    const after = await server.readUsage();
    const messages = job.count * job.subscribers;
    return {
      perSecond: messages / seconds,
      ...latency,
      clientCpu: usage.cpuMicros / messages,
      clientPeakBytes: usage.peakBytes,
      ...(before !== undefined &&
        after !== undefined && {
          serverCpu: (after.cpuMicros - before.cpuMicros) / messages,
          serverPeakBytes: after.peakBytes,
        }),
    };
  } finally {
    await client.stop();
  }
}

async function measureMemory(job: ClientJob, server: RunningServer, { limitMs, stoppedMs }: Durations): Promise<Round> {
  const before = await server.readUsage({ collect: true });
  if (before === undefined) throw new Error('the memory of this server cannot be read');
  const client = await startClient(job, limitMs);
  try {
    if (job.pattern === 'stopped-reader') await wait(stoppedMs);
    const after = await server.readUsage({ collect: true });
    return after === undefined
      ? {}
      : { grownBytes: after.rssBytes - before.rssBytes, serverPeakBytes: after.peakBytes };
  } finally {
    await client.stop();
  }
}
