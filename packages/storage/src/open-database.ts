import type { Logger } from '@streamworks/common';
import { createDatabase, type Database } from './database.js';
import type { DatabaseConfig } from './database-settings.js';
import type { Migrations } from './migration.js';
import { openPostgres } from './postgres/open-postgres.js';
import { openSqlite } from './sqlite/open-sqlite.js';

/** Which database, and what for. The settings are those of {@link readDatabaseConfig}. */
export interface OpenOptions extends DatabaseConfig {
  readonly migrations: Migrations;
  readonly log: Logger;
  /** Ends the waiting for a database that cannot be reached. Default: it ends by itself. */
  readonly signal?: AbortSignal;
  /**
   * Whether a SQLite file may be open in another process: for a command that changes a few rows while the service runs.
   * Default: false, and a second process is refused.
   */
  readonly shared?: boolean;
}

const SQLITE = 'sqlite:';

/**
 * Opens the database of a service and runs the migrations that are due. Throws a StartError, one line, where the database
 * cannot be had: a file that another process has, a server that could not be reached in time, a migration that fails, a
 * schema that is newer than the program.
 */
export async function openDatabase<Schema>({
  url,
  statementTimeoutMs,
  shared = false,
  ...options
}: OpenOptions): Promise<Database<Schema>> {
  const backend = url.startsWith(SQLITE)
    ? await openSqlite({ ...options, path: url.slice(SQLITE.length), busyMs: statementTimeoutMs, shared })
    : await openPostgres({ ...options, url, statementTimeoutMs });
  return createDatabase<Schema>(backend);
}
