import type { Logger } from '@streamworks/common';
import type { MessageStore } from './message-store.js';

/** What is kept. */
export interface RetentionOptions {
  readonly messages: MessageStore;
  readonly log: Logger;
  /** In milliseconds; undefined: however old. */
  readonly mostAgeMs: number | undefined;
  /** Undefined: however large. */
  readonly mostBytes: number | undefined;
  /** How often it is looked at. Default: a minute. */
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** Within it every instance has handed on what was stored, to all who are there. */
const SETTLE_MS = 60_000;

/** Removes what is too old or too much, again and again; what it gives back ends that. */
export function startRetention({
  messages,
  log,
  mostAgeMs,
  mostBytes,
  everyMs = 60_000,
  now = Date.now,
}: RetentionOptions): () => Promise<void> {
  if (mostAgeMs === undefined && mostBytes === undefined) return () => Promise.resolve();
  let running: Promise<void> | undefined;
  const stopping = new AbortController(); // there may be very many to remove, where it has just been set

  async function trim(): Promise<void> {
    try {
      const toAgo = (ms: number): bigint => BigInt(Math.floor(now() - ms));
      const retention = {
        keepSince: toAgo(SETTLE_MS),
        storedBefore: mostAgeMs === undefined ? undefined : toAgo(mostAgeMs),
        mostBytes: mostBytes === undefined ? undefined : BigInt(mostBytes),
      };
      const removed = await messages.trim(retention, stopping.signal);
      if (removed > 0) log.info({ removed }, 'old messages removed');
    } catch (error) {
      log.warn({ err: error }, 'old messages cannot be removed: it is tried again');
    }
    running = undefined;
  }

  const timer = setInterval(() => {
    running ??= trim();
  }, everyMs);
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
