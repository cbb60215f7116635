import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, type IsolationLevel, type Dialect as KyselyDialect, type Transaction } from 'kysely';
import { isConflict } from './driver-error.js';
import { readPages, type PageOptions, type PageQuery } from './pages.js';

export type { PageOptions, PageQuery } from './pages.js';

/** Which of the two databases it is, for the few statements that differ. */
export type Dialect = 'sqlite' | 'postgres';

/** How a transaction runs. */
export interface TransactionOptions {
  /** Only for PostgreSQL: SQLite's transactions are serializable always. Default: `read committed`. */
  readonly isolation?: Extract<IsolationLevel, 'read committed' | 'repeatable read' | 'serializable'>;
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
  /** Ends what is under way and lets go of the file or the connections. Later queries fail with UNAVAILABLE. */
  close(): Promise<void>;
}

/** What a driver gives besides kysely's dialect. */
export interface Backend {
  readonly dialect: Dialect;
  readonly kysely: KyselyDialect;
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
    async transaction(work, { isolation } = {}) {
      const builder = query.transaction();
      const configured =
        isolation === undefined || backend.dialect === 'sqlite' ? builder : builder.setIsolationLevel(isolation);
      for (let tries = 1; ; tries += 1) {
        try {
          return await configured.execute(work);
        } catch (error) {
          if (tries === MOST_TRIES || !isConflict(error)) throw error;
          await delay(Math.random() * LONGEST_RETRY_MS * tries);
        }
      }
    },
    pages: (page, options) => readPages(query, page, options),
    close: () => (closed ??= backend.close()),
  };
}
