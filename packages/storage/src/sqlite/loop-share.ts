import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long after the first statement of a turn of the event loop no other one begins in it. */
const SHARE_MS = 5;

/** Bounds how long statements, and what follows each, hold the event loop in one turn: SQLite runs them in this thread. */
export interface LoopShare {
  /**
   * Runs a statement in a turn that has time left. Between the look at the clock and the statement nobody else runs one,
   * however many wait.
   */
  run<Result>(statement: () => Result): Promise<Result>;
  /** Runs a statement at once, and counts from it on where it is the first of its turn. */
  spend<Result>(statement: () => Result): Result;
}

export function createLoopShare(): LoopShare {
  /** When the first statement of this turn began. */
  let start: number | undefined;
  let renewal: Promise<void> | undefined;

  function renew(): Promise<void> {
    renewal ??= nextTurn().then(() => {
      start = undefined;
      renewal = undefined;
    });
    return renewal;
  }

  function spend<Result>(statement: () => Result): Result {
    start ??= performance.now();
    void renew();
    return statement();
  }

  return {
    spend,
    async run(statement) {
      while (start !== undefined && performance.now() - start >= SHARE_MS) await renew();
      return spend(statement);
    },
  };
}
