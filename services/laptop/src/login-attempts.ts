import { LRUCache } from 'lru-cache';

/** How many wrong attempts are borne. */
export interface LoginAttemptsOptions {
  /** How many may fail within the window. Default: 5. */
  readonly mostFailures?: number;
  /** Default: a minute. */
  readonly windowMs?: number;
  /** How many keys are remembered; the one that was not used for the longest time goes first. Default: 10000. */
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

interface Entry {
  /** When those of the window failed, the oldest first. */
  failures: number[];
  running: number;
  /** Those that wait for one of the running. */
  waiting: (() => void)[];
}

/** Makes a table of attempts. There are no timers: an entry is looked through when it is used. */
export function createLoginAttempts(options: LoginAttemptsOptions = {}): LoginAttempts {
  const { mostFailures = 5, windowMs = 60_000, maxKeys = 10_000, now = () => performance.now() } = options;
  const entries = new LRUCache<string, Entry>({ max: maxKeys });

  const find = (key: string): Entry => {
    const entry = entries.get(key) ?? { failures: [], running: 0, waiting: [] };
    entries.set(key, entry);
    return entry;
  };
  /** Takes the room for one: 0; or how long to wait for it. Waits itself while the running could still use it up. */
  const enter = async (entry: Entry): Promise<number> => {
    for (;;) {
      entry.failures = entry.failures.filter((failedAt) => failedAt > now() - windowMs);
      const [oldest = 0] = entry.failures;
      if (entry.failures.length >= mostFailures) return Math.ceil(oldest + windowMs - now());
      if (entry.failures.length + entry.running < mostFailures) {
        entry.running += 1;
        return 0;
      }
      await new Promise<void>((resolve) => entry.waiting.push(resolve));
    }
  };
  return {
    async run(key, attempt) {
      const entry = find(key);
      const waitMs = await enter(entry);
      if (waitMs > 0) return { waitMs };
      try {
        const result = await attempt();
        if (result === undefined) entry.failures.push(now());
        return { result };
      } finally {
        entry.running -= 1;
        for (const resolve of entry.waiting.splice(0)) resolve();
      }
    },
  };
}
