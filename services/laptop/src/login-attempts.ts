import { LRUCache } from 'lru-cache';

/** How many wrong attempts are borne. */
export interface LoginAttemptsOptions {
  /** How many may fail within the window. Default: 5. */
  readonly mostFailures?: number;
  /** Default: a minute. */
  readonly windowMs?: number;
  /** Of how many keys failures are remembered; the one that was not used for the longest time goes first. Default: 10000. */
  readonly maxKeys?: number;
  /** A clock that never goes back, in milliseconds. Default: that of `performance`. */
  readonly now?: () => number;
}

/** What came of an attempt: what it was for, undefined where it failed; or how long to wait before the next one. */
export type AttemptResult<Result> = { readonly result: Result | undefined } | { readonly waitMs: number };

/** Counts attempts that fail, each key by itself. */
export interface LoginAttempts {
  /**
   * Makes an attempt, which fails where it resolves with undefined, unless too many have failed of late. Of many at once no
   * more are made than may fail; the others wait for what comes of those. One that rejects counts for nothing.
   */
  run<Result>(key: string, attempt: () => Promise<Result | undefined>): Promise<AttemptResult<Result>>;
}

/** The attempts of a key that are being made. */
interface Running {
  count: number;
  /** Those that wait for one of them. */
  waiting: (() => void)[];
}

/** Makes a table of attempts. There are no timers: what is over is left out when a key is used. */
export function createLoginAttempts(options: LoginAttemptsOptions = {}): LoginAttempts {
  const { mostFailures = 5, windowMs = 60_000, maxKeys = 10_000, now = () => performance.now() } = options;
  // When those of the window failed, the oldest first. Failures alone take a place: nothing else pushes them out.
  const failed = new LRUCache<string, readonly number[]>({ max: maxKeys });
  const running = new Map<string, Running>();

  const readFailures = (key: string): readonly number[] =>
    failed.get(key)?.filter((failedAt) => failedAt > now() - windowMs) ?? [];
  /** Takes the room for one: 0; or how long to wait for it. Waits itself while the running could still use it up. */
  const enter = async (key: string): Promise<number> => {
    for (;;) {
      const failures = readFailures(key);
      const [oldest = 0] = failures;
      if (failures.length >= mostFailures) return Math.ceil(oldest + windowMs - now());
      const entry = running.get(key) ?? { count: 0, waiting: [] };
      if (failures.length + entry.count < mostFailures) {
        entry.count += 1;
        running.set(key, entry);
        return 0;
      }
      await new Promise<void>((resolve) => entry.waiting.push(resolve));
    }
  };
  const leave = (key: string): void => {
    const entry = running.get(key);
    if (entry === undefined) return;
    entry.count -= 1;
    if (entry.count === 0) running.delete(key);
    for (const resolve of entry.waiting.splice(0)) resolve();
  };
  return {
    async run(key, attempt) {
      const waitMs = await enter(key);
      if (waitMs > 0) return { waitMs };
      try {
        const result = await attempt();
        if (result === undefined) failed.set(key, [...readFailures(key), now()]);
        return { result };
      } finally {
        leave(key);
      }
    },
  };
}
