import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long statements may hold a turn of the event loop; the one that goes beyond it is the last. */
const SHARE_MS = 5;

/** Bounds how long statements hold the event loop in one turn: SQLite runs them in this thread. */
export interface LoopShare {
  /** Resolves in a turn that has time left, for those that wait in their order. */
  take(): Promise<void>;
  /** Runs a statement, and counts its time. */
  spend<Result>(run: () => Result): Result;
}

export function createLoopShare(): LoopShare {
  let spent = 0;
  let nextShare: Promise<void> | undefined;

  function renew(): Promise<void> {
    nextShare ??= nextTurn().then(() => {
      spent = 0;
      nextShare = undefined;
    });
    return nextShare;
  }

  return {
    async take() {
      while (spent >= SHARE_MS) await renew();
    },
    spend(run) {
      const start = performance.now();
      try {
        return run();
      } finally {
        spent += performance.now() - start;
        void renew();
      }
    },
  };
}
