import { StatusError } from '@streamworks/common';

/** Lets one at a time do something, in the order in which they asked. */
export interface Turns {
  /**
   * Resolves when it is the caller's turn, which {@link pass} ends. Rejects with UNAVAILABLE where another one's turn does
   * not end.
   */
  take(): Promise<void>;
  pass(): void;
}

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/** A turn that takes longer than the limit sends away all who wait: it may be one of them that it waits for. */
export function createTurns(limitMs: number): Turns {
  const queue: Waiting[] = [];
  let taken = false;
  let timer: NodeJS.Timeout | undefined;

  function sendAway(): void {
    timer = undefined;
    for (const { reject } of queue.splice(0)) reject(new StatusError('UNAVAILABLE', 'the database is busy'));
  }

  return {
    take() {
      if (taken) {
        timer ??= setTimeout(sendAway, limitMs);
        return new Promise((resolve, reject) => queue.push({ resolve, reject }));
      }
      taken = true;
      return Promise.resolve();
    },
    pass() {
      const next = queue.shift();
      if (next === undefined) {
        clearTimeout(timer);
        timer = undefined;
        taken = false;
      } else {
        timer?.refresh();
        next.resolve();
      }
    },
  };
}
