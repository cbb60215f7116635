import type { ChildProcess } from 'node:child_process';
import type { ClientJob, ClientReport, Measurement } from '../process/messages.js';
import { nextMessage, startChild, stopChild } from './child.js';

/** Something took longer than it may. */
export class OverLimitError extends Error {
  override readonly name = 'OverLimitError';
}

/** A client that is warm, or has its streams open. */
export interface RunningClient {
  /** Does what is measured. Rejects with an {@link OverLimitError} where that takes too long. */
  readonly run: () => Promise<Measurement>;
  readonly stop: () => Promise<void>;
}

/** Starts a client and waits until it is ready, for as long as a run may take. */
export async function startClient(job: ClientJob, limitMs: number): Promise<RunningClient> {
  const child = startChild('client', JSON.stringify(job));
  try {
    await nextReport(child, limitMs);
  } catch (error) {
    await stopChild(child);
    throw error;
  }
  return {
    async run() {
      const report = nextReport(child, limitMs);
      child.send('go');
      const result = await report;
      if (result.kind !== 'done') throw new Error('the client has measured nothing');
      return result.measurement;
    },
    stop: () => stopChild(child),
  };
}

async function nextReport(child: ChildProcess, limitMs: number) {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OverLimitError(`over ${limitMs} ms`)), limitMs);
  });
  const message = nextMessage<ClientReport>(child);
  message.catch(() => undefined); // a process that took too long is ended
  try {
    const report = await Promise.race([message, limit]);
    if (report.kind === 'failed') throw new Error(report.problem);
    return report;
  } finally {
    clearTimeout(timer);
  }
}
