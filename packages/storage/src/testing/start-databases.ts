import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type Logger } from '@streamworks/common';
import type { Database, Dialect } from '../database.js';
import type { DatabaseConfig } from '../database-settings.js';
import type { Migrations } from '../migration.js';
import { openDatabase } from '../open-database.js';
import { startPostgres, type TestPostgres } from './start-postgres.js';

/** For `describe.each(dialects)`: what holds for a store holds on both. */
export const dialects: readonly Dialect[] = ['sqlite', 'postgres'];

/** Empty databases of one kind, as many as are asked for. Leaving the scope of `await using` closes and removes them. */
export interface TestDatabases extends AsyncDisposable {
  /** The settings of a new, empty database. */
  create(): Promise<DatabaseConfig>;
  /** Opens a database, a new one unless settings are given. */
  open<Schema>(migrations: Migrations, options?: TestOpenOptions): Promise<Database<Schema>>;
  /** The server, for its faults; undefined for SQLite. */
  readonly postgres: TestPostgres | undefined;
}

/** How a test opens a database. */
export interface TestOpenOptions {
  /** Default: a new, empty database. */
  readonly config?: Partial<DatabaseConfig>;
  /** Default: one that writes nothing. */
  readonly log?: Logger;
  /** As that of `openDatabase`. */
  readonly signal?: AbortSignal;
}

/** Starts what databases of the kind need: for `postgres` a server, or the one of `TEST_POSTGRES_URL`. */
export async function startDatabases(dialect: Dialect): Promise<TestDatabases> {
  const folder = await mkdtemp(join(tmpdir(), 'streamworks-databases-'));
  const postgres = dialect === 'postgres' ? await startPostgres() : undefined;
  const opened: Database<unknown>[] = [];
  let count = 0;

  const defaults = { dataDir: folder, folder, waitMs: 10_000, statementTimeoutMs: 10_000, poolSize: 10 };
  const createUrl = async (): Promise<string> => (await postgres?.createDatabase()) ?? `sqlite:${(count += 1)}.db`;

  return {
    postgres,
    create: async () => ({ ...defaults, url: await createUrl() }),
    async open<Schema>(migrations: Migrations, { config, log, ...rest }: TestOpenOptions = {}) {
      const database = await openDatabase<Schema>({
        ...defaults,
        ...config,
        ...rest,
        url: config?.url ?? (await createUrl()),
        migrations,
        log: log ?? createLogger({ service: 'test', logLevel: 'silent' }),
      });
      opened.push(database as Database<unknown>); // only to be closed
      return database;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((database) => database.close()));
      await postgres?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
