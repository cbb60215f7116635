import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Server } from '@grpc/grpc-js';
import { StatusError } from '../errors/status-error.js';
import type { Listener } from './listen.js';
import type { ServerCall } from './server-call.js';

/** The end of the grace period that is kept for the last statuses to reach their clients: a share, within bounds. */
const LAST_STATUS_SHARE = 0.2;
const LAST_STATUS_LEAST_MS = 250;
const LAST_STATUS_MOST_MS = 1_000;

interface StopOptions {
  readonly server: Server;
  readonly listener: Listener;
  readonly calls: ReadonlySet<ServerCall>;
  readonly graceMs: number;
}

/**
 * Stops a server whose calls have been told. grpc-js's `tryShutdown` refuses new calls and then waits for the open ones,
 * however long: the time is kept here. A grace period of less than a quarter of a second takes that long all the same:
 * every call gets its status.
 */
export async function stopServer({ server, listener, calls, graceMs }: StopOptions): Promise<void> {
  const share = Math.min(LAST_STATUS_MOST_MS, Math.max(LAST_STATUS_LEAST_MS, graceMs * LAST_STATUS_SHARE));
  const timers: NodeJS.Timeout[] = [];
  // In the next turn: what `draining` made the calls send goes out before the connections are told to close.
  await nextTurn();
  const closed = listener.stop();
  await new Promise<void>((resolve) => {
    const endCalls = (): void => {
      for (const call of calls) call.end(new StatusError('UNAVAILABLE', 'the server is shutting down'));
    };
    timers.push(setTimeout(endCalls, Math.max(0, graceMs - share)), setTimeout(resolve, Math.max(graceMs, share)));
    // From Node 24 on, grpc-js takes connections that were handed to it for closed as soon as they begin to close.
    server.tryShutdown(() => void closed.then(resolve));
  });
  for (const timer of timers) clearTimeout(timer);
  server.forceShutdown();
  listener.close();
}
