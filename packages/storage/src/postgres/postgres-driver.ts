import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { isLostConnection, toStorageError } from '../driver-error.js';

/** What connections come from, and who is told of those that are lost. */
export interface PostgresParts {
  readonly pool: Pool;
  onLost(error: unknown): void;
  /** Throws when the database has been closed. */
  assertOpen(): void;
  /** Makes parameters of the values that a query has. */
  toParameters(values: readonly unknown[]): unknown[];
}

/** kysely's driver for PostgreSQL, on a pool. */
export function createPostgresDriver(parts: PostgresParts): Driver {
  const own = (connection: DatabaseConnection) => connection as PostgresConnection; // kysely gives back what it got here
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      parts.assertOpen();
      try {
        return new PostgresConnection(await parts.pool.connect(), parts);
      } catch (error) {
        if (isLostConnection(error)) parts.onLost(error);
        throw toStorageError(error);
      }
    },
    beginTransaction: (connection, settings) => own(connection).begin(settings),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    async releaseConnection(connection) {
      own(connection).release();
    },
    destroy: () => Promise.resolve(),
  };
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  readonly #parts: PostgresParts;
  #inTransaction = false;
  #failure: { readonly error: unknown } | undefined;
  #isLost = false;
  #isReleased = false;

  constructor(client: PoolClient, parts: PostgresParts) {
    this.#client = client;
    this.#parts = parts;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isReleased) throw new Error('the transaction is over: its work has to wait for this');
    if (this.#inTransaction && this.#failure !== undefined) throw toStorageError(this.#failure.error);
    try {
      const values = this.#parts.toParameters(query.parameters);
      const { rows, rowCount, command } = await this.#client.query<Row & object>(query.sql, values);
      const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
      return changes ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
    } catch (error) {
      throw this.#fail(error);
    }
  }

  // oxlint-disable-next-line require-yield -- kysely's interface has it
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed: read them in pages');
  }

  async begin({ isolationLevel }: TransactionSettings): Promise<void> {
    await this.#run(isolationLevel === undefined ? 'begin' : `begin isolation level ${isolationLevel}`);
    this.#inTransaction = true;
    this.#failure = undefined;
  }

  /** PostgreSQL answers the commit of a transaction with a failed statement by undoing it, without an error. */
  async commit(): Promise<void> {
    if (this.#failure !== undefined) throw toStorageError(this.#failure.error);
    await this.#run('commit');
    this.#inTransaction = false;
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    if (this.#isLost) return; // PostgreSQL undoes what a lost connection had begun
    // What ended the work is what the caller hears of; a connection that cannot undo it is closed.
    await this.#run('rollback').catch(() => (this.#isLost = true));
  }

  release(): void {
    this.#isReleased = true;
    this.#client.release(this.#isLost);
  }

  async #run(text: string): Promise<void> {
    try {
      await this.#client.query(text);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(error: unknown): unknown {
    this.#failure ??= { error };
    if (isLostConnection(error)) {
      this.#isLost = true;
      this.#parts.onLost(error);
    }
    return toStorageError(error);
  }
}
