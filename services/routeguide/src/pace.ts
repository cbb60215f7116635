import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long a call may work before others have their turn: far below what a person or a timer would notice. */
const TURN_MS = 5;

/** Shares the event loop: a reader that is always ready, and a long answer, would hold it. */
export interface Pace {
  /** Whether the turn has lasted long enough. */
  isDue(): boolean;
  /** Lets everybody else have a turn. */
  nextTurn(): Promise<void>;
}

/** Begins a turn. */
export function createPace(): Pace {
  let start = performance.now();
  return {
    isDue: () => performance.now() - start > TURN_MS,
    async nextTurn() {
      await nextTurn();
      start = performance.now();
    },
  };
}
