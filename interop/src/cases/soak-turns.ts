import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** The calls that a soak may still begin: so many, and none after its time. */
export interface SoakTurns {
  readonly left: number;
  /** Takes one; false where there is none any more. */
  readonly take: () => boolean;
  /** Milliseconds to the end of the time, at least 1: the most that a call may take. */
  readonly toEnd: () => number;
  /** Waits for a time of `performance.now()`, and no longer than there are turns. */
  readonly waitUntil: (time: number) => Promise<void>;
}

/** Creates the turns of a soak; its time begins now. */
export function createSoakTurns(count: number, timeoutMs: number): SoakTurns {
  const end = performance.now() + timeoutMs;
  const over = new AbortController();
  // Each worker that waits has one.
  setMaxListeners(Infinity, over.signal);
  let left = count;
  return {
    get left() {
      return left;
    },
    take() {
      if (left === 0 || performance.now() >= end) return false;
      left -= 1;
      if (left === 0) over.abort();
      return true;
    },
    toEnd: () => Math.max(1, Math.ceil(end - performance.now())),
    async waitUntil(time) {
      const until = Math.min(time, end);
      // A timer of Node may be early by a part of a millisecond.
      while (!over.signal.aborted && performance.now() < until) {
        await delay(Math.ceil(until - performance.now()), undefined, { signal: over.signal }).catch(() => undefined);
      }
    },
  };
}
