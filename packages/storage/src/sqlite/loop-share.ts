import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long statements may hold a turn of the event loop; the one that goes beyond it is the last. */
const SHARE_MS = 5;

/** Bounds how long statements hold the event loop in one turn: SQLite runs them in this thread. */
export interface LoopShare {
  /**
   * Runs a statement in a turn that has time left. Between the look at the time and the statement nobody else runs one,
   * however many wait.
   */
  run<Result>(statement: () => Result): Promise<Result>;
  /** Runs a statement at once, and counts its time. */
  spend<Result>(statement: () => Result): Result;
}

export function createLoopShare(): LoopShare {
  let spent = 0;
  let renewal: Promise<void> | undefined;

  function renew(): Promise<void> {
    renewal ??= nextTurn().then(() => {
      spent = 0;
      renewal = undefined;
    });
    return renewal;
  }

  function spend<Result>(statement: () => Result): Result {
    const start = performance.now();
    try {
      return statement();
    } finally {
      spent += performance.now() - start;
      void renew();
    }
  }

  return {
    spend,
    async run(statement) {
      while (spent >= SHARE_MS) await renew();
      return spend(statement);
    },
  };
}
