import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { toStorageError } from '../driver-error.js';
import { refuseInTransaction } from '../transaction-scope.js';
import type { LoopShare } from './loop-share.js';
import type { Statements } from './statements.js';
import type { Writer } from './writer.js';

/** What statements run on: a connection that writes, and one that reads what has been committed and waits for nobody. */
export interface SqliteParts {
  readonly reads: Statements;
  readonly writes: Statements;
  readonly writer: Writer;
  readonly share: LoopShare;
  /** Throws when the database has been closed. */
  assertOpen(): void;
  /** Whether the connection that writes is in a transaction: some errors make SQLite undo it by itself. */
  isInTransaction(): boolean;
}

/** kysely's driver for SQLite. Its connections are light: there are as many as are asked for. */
export function createSqliteDriver(parts: SqliteParts): Driver {
  const own = (connection: DatabaseConnection) => connection as SqliteConnection; // kysely gives back what it got here
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      parts.assertOpen();
      refuseInTransaction();
      return new SqliteConnection(parts);
    },
    beginTransaction: (connection) => own(connection).begin(),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

class SqliteConnection implements DatabaseConnection {
  readonly #parts: SqliteParts;
  #inTransaction = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: SqliteParts) {
    this.#parts = parts;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { share, reads, writes } = this.#parts;
    if (!this.#inTransaction && query.query.kind !== 'SelectQueryNode') return this.#change(query);
    await share.take();
    this.#parts.assertOpen();
    const statements = this.#inTransaction ? writes : reads;
    try {
      return share.spend(() => statements.run<Row>(query.sql, query.parameters));
    } catch (error) {
      this.#failure ??= { error };
      throw toStorageError(error);
    }
  }

  // oxlint-disable-next-line require-yield -- kysely's interface has it
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed: read them in pages');
  }

  /** A statement by itself: SQLite undoes it where it fails. */
  async #change<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { writer, writes, share } = this.#parts;
    await writer.enter();
    let result: QueryResult<Row>;
    try {
      result = share.spend(() => writes.run<Row>(query.sql, query.parameters));
    } catch (error) {
      writer.abandon(error);
      throw toStorageError(error);
    }
    await writer.leave();
    return result;
  }

  async begin(): Promise<void> {
    const { writer, writes } = this.#parts;
    await writer.enter();
    try {
      writes.run('savepoint work', []);
    } catch (error) {
      writer.abandon(error);
      throw toStorageError(error);
    }
    this.#inTransaction = true;
    this.#failure = undefined;
  }

  async commit(): Promise<void> {
    if (this.#failure !== undefined) throw toStorageError(this.#failure.error);
    const { writer, writes } = this.#parts;
    try {
      writes.run('release work', []);
    } catch (error) {
      this.#failure = { error };
      throw toStorageError(error);
    }
    this.#inTransaction = false;
    await writer.leave();
  }

  /** kysely calls it after a commit that failed, too: when that was the common one, all has been undone already. */
  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    const { writer, writes, isInTransaction } = this.#parts;
    if (isInTransaction()) {
      writes.run('rollback to work', []);
      writes.run('release work', []);
    }
    writer.abandon(this.#failure?.error);
  }
}
