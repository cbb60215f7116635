import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { toStorageError } from '../driver-error.js';
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
  #transaction: 'none' | 'open' | 'over' = 'none';
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: SqliteParts) {
    this.#parts = parts;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#transaction !== 'none') return this.#work(query);
    return query.query.kind === 'SelectQueryNode' ? this.#read(query) : this.#change(query);
  }

  // oxlint-disable-next-line require-yield -- kysely's interface has it
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed: read them in pages');
  }

  async #read<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { share, reads, assertOpen } = this.#parts;
    try {
      return await share.run(() => {
        assertOpen();
        return reads.run<Row>(sql, parameters);
      });
    } catch (error) {
      throw toStorageError(error);
    }
  }

  /** A statement of a transaction. After one that failed there is no other: SQLite may have undone the whole by itself. */
  async #work<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { share, writes } = this.#parts;
    try {
      return await share.run(() => {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#transaction === 'over') throw new Error('the transaction is over: its work has to wait for this');
        return writes.run<Row>(sql, parameters);
      });
    } catch (error) {
      this.#failure ??= { error };
      throw toStorageError(error);
    }
  }

  /** A statement by itself: SQLite undoes it where it fails. */
  async #change<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { writer, writes, share } = this.#parts;
    await writer.enter();
    let result: QueryResult<Row>;
    try {
      result = share.spend(() => writes.run<Row>(sql, parameters));
    } catch (error) {
      await writer.abandon(error);
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
      await writer.abandon(error);
      throw toStorageError(error);
    }
    this.#transaction = 'open';
  }

  async commit(): Promise<void> {
    const { writer, writes } = this.#parts;
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      writes.run('release work', []);
    } catch (error) {
      this.#failure = { error };
      throw toStorageError(error);
    }
    this.#transaction = 'over';
    await writer.leave();
  }

  /** kysely calls it after a commit that failed, too: when that was the common one, all has been undone already. */
  async rollback(): Promise<void> {
    if (this.#transaction === 'over') return;
    this.#transaction = 'over';
    const { writer, writes, isInTransaction } = this.#parts;
    let failure = this.#failure?.error;
    try {
      if (isInTransaction()) {
        writes.run('rollback to work', []);
        writes.run('release work', []);
      }
    } catch (error) {
      failure = error;
      writer.undoAll(error); // half of a change must not stay
    }
    await writer.abandon(failure);
  }
}
