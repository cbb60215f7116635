import { getEventListeners, type EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** What a process holds. */
export interface Holdings {
  /** After the garbage has been collected. */
  readonly heapBytes: number;
  readonly timers: number;
  readonly sockets: number;
  /** Of the process, its sockets and their HTTP/2 sessions, and of signals that outlive the calls. */
  readonly listeners: number;
  /** That Node has written until now: of listeners that pile up, for one. */
  readonly warnings: number;
}

let warnings = 0;
process.on('warning', () => (warnings += 1));

/** What this process holds, which was started with --expose-gc; the signals are those that outlive the calls. */
export async function takeHoldings(signals: readonly AbortSignal[] = []): Promise<Holdings> {
  const heapBytes = await measureHeap();
  const resources = process.getActiveResourcesInfo();
  return {
    heapBytes,
    timers: resources.filter((name) => name === 'Timeout').length,
    sockets: countSockets(),
    listeners: signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, countListeners()),
    warnings,
  };
}

/** Connections that are open now. */
export function countSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

/** Collects garbage until there is no less: some of it is let go only in a later turn. */
async function measureHeap(): Promise<number> {
  let least = Infinity;
  for (let rounds = 0; rounds < 3;) {
    await wait(10);
    globalThis.gc?.();
    const { heapUsed } = process.memoryUsage();
    if (heapUsed < least - 10_000) rounds = 0;
    else rounds += 1;
    least = Math.min(least, heapUsed);
  }
  return least;
}

function countListeners(): number {
  const handles = (process as unknown as { _getActiveHandles(): EventEmitter[] })._getActiveHandles();
  const emitters = [process as EventEmitter, ...handles.flatMap((handle) => [handle, ...sessionOf(handle)])];
  return emitters
    .filter((emitter) => typeof emitter.eventNames === 'function')
    .map((emitter) => emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0))
    .reduce((sum, listeners) => sum + listeners, 0);
}

/** Node keeps the HTTP/2 session of a socket under a symbol. */
function sessionOf(handle: object): EventEmitter[] {
  const symbol = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'session');
  const session = symbol === undefined ? undefined : (handle as Record<symbol, EventEmitter | undefined>)[symbol];
  return session === undefined ? [] : [session];
}
