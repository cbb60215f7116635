import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, type IsolationLevel, type Dialect as KyselyDialect, type Transaction } from 'kysely';
import { isConflict } from './driver-error.js';
import type { Stop } from './channels.js';
import type { Notices } from './notices.js';
import { readPages, type PageOptions, type PageQuery } from './pages.js';

export type { Stop } from './channels.js';
export type { PageOptions, PageQuery } from './pages.js';

/** Which of the two databases it is, for the few statements that differ. */
export type Dialect = 'sqlite' | 'postgres';

/** How a transaction runs. */
export interface TransactionOptions {
  /** Only for PostgreSQL: SQLite's transactions are serializable always. Default: `read committed`. */
  readonly isolation?: Extract<IsolationLevel, 'read committed' | 'repeatable read' | 'serializable'>;
  /**
   * Wakes those who listen on this channel, in every process, when the changes are on disk. A name of small letters, digits and
   * underscores that the program has chosen: never anything out of a request.
   */
  readonly notify?: string;
}

/**
 * An open database. Whole numbers are read as `bigint`, whatever the width of their column; doubles as `number`, bytes as
 * `Uint8Array`. A parameter is a text, a finite number, a bigint of 64 bits, bytes or null: any other one is a TypeError, and so
 * is a text with U+0000 or half a surrogate pair, which a database would change.
 *
 * What fails because the database cannot be reached, is too slow or too busy is a StatusError UNAVAILABLE; where its disk is
 * full, RESOURCE_EXHAUSTED; a conflict of transactions, ABORTED. Whether a change whose call ended with UNAVAILABLE was made
 * is not known. Everything else that a database refuses is its driver's error.
 */
export interface Database<Schema> {
  readonly dialect: Dialect;
  /**
   * Queries, each its own transaction. Its changes are on disk when its promise resolves; on SQLite everything that is not
   * made with `selectFrom` waits its turn as a change. Not for use inside of the work of a transaction: they would wait for
   * each other.
   */
  readonly query: Kysely<Schema>;
  /** Whether the database can be reached, as far as is known; where it could not be, it is tried in the background. */
  readonly isReady: boolean;
  /**
   * Runs the work in a transaction, and resolves with its result when everything is on disk. Nothing is changed where the work
   * throws, or where one of its statements has failed, even if the work caught that: after it there is no further one. Work
   * waits for its own statements, all of them, and for nothing else: on SQLite everybody who writes waits for it. On
   * PostgreSQL it is run again, up to five times, where it conflicts with another transaction.
   */
  transaction<Result>(
    work: (transaction: Transaction<Schema>) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /**
   * The rows of a query in its order, fetched a page at a time as they are read, with no transaction around them: rows that
   * are written meanwhile are read where they come after those that were. Pages are as large as keeps them short: few
   * milliseconds, and few hundred KiB. The query begins after the row it is given; it has an order over a unique key, and no
   * limit.
   *
   * @example
   * database.pages((last) => query.where('id', '>', last?.id ?? 0n).orderBy('id'))
   */
  pages<Row extends object>(page: (last: Row | undefined) => PageQuery<Row>, options?: PageOptions): AsyncIterable<Row>;
  /**
   * Calls the listener after each transaction that notifies the channel, in this process or another one, and whenever such a
   * call may have been missed: it says that something may have changed, and the listener looks what. Calls may be fewer than
   * transactions, and more: on PostgreSQL there is one every second at least, which makes up for a connection that is dead.
   * The listener does not throw. Ends with what it gives back, and with `close`.
   */
  listen(channel: string, listener: () => void): Stop;
  /** Ends what is under way and lets go of the file or the connections. Later queries fail with UNAVAILABLE. */
  close(): Promise<void>;
}

/** What a driver gives besides kysely's dialect. */
export interface Backend {
  readonly dialect: Dialect;
  readonly kysely: KyselyDialect;
  readonly notices: Notices;
  readonly isReady: () => boolean;
  readonly close: () => Promise<void>;
}

const MOST_TRIES = 5;
const LONGEST_RETRY_MS = 20;

/** The database on a backend that is open. */
export function createDatabase<Schema>(backend: Backend): Database<Schema> {
  const query = new Kysely<Schema>({ dialect: backend.kysely });
  let closed: Promise<void> | undefined;
  return {
    dialect: backend.dialect,
    query,
    get isReady() {
      return closed === undefined && backend.isReady();
    },
    async transaction(work, { isolation, notify } = {}) {
      const whole = notify === undefined ? work : thenNotify(work, backend.notices, notify);
      const builder = query.transaction();
      const configured =
        isolation === undefined || backend.dialect === 'sqlite' ? builder : builder.setIsolationLevel(isolation);
      for (let tries = 1; ; tries += 1) {
        try {
          const result = await configured.execute(whole);
          if (notify !== undefined) backend.notices.afterCommit(notify);
          return result;
        } catch (error) {
          if (tries === MOST_TRIES || !isConflict(error)) throw error;
          await delay(Math.random() * LONGEST_RETRY_MS * tries);
        }
      }
    },
    pages: (page, options) => readPages(query, page, options),
    listen: (channel, listener) => backend.notices.listen(channel, listener),
    close: () => (closed ??= closeAll(backend)),
  };
}

type Work<Schema, Result> = (transaction: Transaction<Schema>) => Promise<Result>;

function thenNotify<Schema, Result>(
  work: Work<Schema, Result>,
  notices: Notices,
  channel: string,
): Work<Schema, Result> {
  return async (transaction) => {
    const result = await work(transaction);
    await notices.beforeCommit(transaction, channel);
    return result;
  };
}

async function closeAll(backend: Backend): Promise<void> {
  await Promise.all([backend.notices.close(), backend.close()]);
}
