/** Lets one at a time do something, in the order in which they asked. */
export interface Turns {
  /** Resolves when it is the caller's turn, which {@link pass} ends. */
  take(): Promise<void>;
  pass(): void;
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    take() {
      if (taken) return new Promise((resolve) => waiting.push(resolve));
      taken = true;
      return Promise.resolve();
    },
    pass() {
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    },
  };
}
