import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@streamworks/common';
import { sql } from 'kysely';
import type pg from 'pg';
import { assertChannel, createChannels } from '../channels.js';
import type { Notices } from '../notices.js';
import { keepNoticeSession } from './notice-session.js';
import { toReason } from './readiness.js';

export interface PostgresNoticesOptions {
  /** How the connection that listens is made: it belongs to no pool, as it is never given back. */
  readonly config: pg.ClientConfig;
  readonly log: Logger;
  /** The database as lines may name it. */
  readonly name: string;
  /** How often everybody is woken without a notice, and the connection has to answer. Default: 1 s. */
  readonly pollMs?: number;
}

const POLL_MS = 1_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;

/**
 * Notices by LISTEN and NOTIFY, on a connection of its own that is made with the first listener. For what was said while there
 * was none, everybody is woken once there is one again; the poll wakes them where none can be had, or where it is dead and
 * nobody knows yet.
 */
export function createPostgresNotices({ config, log, name, pollMs = POLL_MS }: PostgresNoticesOptions): Notices {
  const channels = createChannels();
  const closing = new AbortController();
  const { signal } = closing;
  const isOpen = (): boolean => !signal.aborted;
  let follow: ((channel: string) => void) | undefined;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    const poll = setInterval(() => channels.wakeAll(), pollMs);
    let pause = FIRST_RETRY_MS;
    while (isOpen()) {
      const onListening = (followNext: (channel: string) => void): void => {
        follow = followNext;
        pause = FIRST_RETRY_MS;
      };
      try {
        await keepNoticeSession({ config, channels, beatMs: pollMs, signal, onListening });
      } catch (error) {
        if (isOpen() && pause === FIRST_RETRY_MS)
          log.warn({ database: name, reason: toReason(error) }, 'the database sends no notices: it is asked instead');
      }
      follow = undefined;
      await delay(pause, undefined, { signal }).catch(() => undefined); // it is closed: so the loop ends
      pause = Math.min(pause * 2, LONGEST_RETRY_MS);
    }
    clearInterval(poll);
  }

  return {
    listen(channel, listener) {
      const stop = channels.add(channel, listener);
      follow?.(channel);
      if (isOpen()) running ??= run();
      return stop;
    },
    async beforeCommit(transaction, channel) {
      assertChannel(channel);
      await sql`select pg_notify(${channel}, '')`.execute(transaction);
    },
    afterCommit: () => undefined, // PostgreSQL tells this process, too
    async close() {
      closing.abort();
      await running;
    },
  };
}
