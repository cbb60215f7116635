import { StartError, type Logger } from '@streamworks/common';
import { Kysely, Migrator, type Dialect as KyselyDialect, type MigrationResult } from 'kysely';
import type { Dialect } from './database.js';
import { isLostConnection } from './driver-error.js';
import { columnTypes, type Migrations } from './migration.js';

interface MigrateOptions {
  readonly kysely: KyselyDialect;
  readonly dialect: Dialect;
  readonly migrations: Migrations;
  readonly log: Logger;
  /** The database as lines may name it. */
  readonly name: string;
}

/** kysely's own table of what has been run. */
interface MigrationTable {
  kysely_migration: { name: string };
}

/**
 * Runs the migrations that are due, under a lock: of several instances that start at once one runs them and the others wait.
 * Throws a StartError where one fails, or where the database has one that is not known here; the driver's error where the
 * connection is lost.
 */
export async function migrate({ kysely, dialect, migrations, log, name }: MigrateOptions): Promise<void> {
  const database = new Kysely<MigrationTable>({ dialect: kysely });
  const types = columnTypes[dialect];
  const steps = Object.fromEntries(
    Object.entries(migrations).map(([key, { up }]) => [
      key,
      { up: (transaction: Kysely<unknown>) => up(transaction, types, dialect) },
    ]),
  );
  const migrator = new Migrator({ db: database, provider: { getMigrations: () => Promise.resolve(steps) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) {
    if (results.length > 0)
      log.info({ database: name, migrations: results.map((result) => result.migrationName) }, 'migrated');
    return;
  }
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (isLostConnection(cause)) throw cause;
  throw new StartError(await explain({ database, migrations, results, name, error }), { cause: error });
}

interface Failed {
  readonly database: Kysely<MigrationTable>;
  readonly migrations: Migrations;
  readonly results: readonly MigrationResult[];
  readonly name: string;
  readonly error: unknown;
}

async function explain({ database, migrations, results, name, error }: Failed): Promise<string> {
  const failed = results.find(({ status }) => status === 'Error');
  const reason = toLine(error);
  if (failed !== undefined) return `the migration ${failed.migrationName} of the database ${name} fails: ${reason}`;
  const done = await database
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute()
    .catch(() => []);
  const unknown = done.filter((row) => !Object.hasOwn(migrations, row.name)).map((row) => row.name);
  if (unknown.length === 0) return `the database ${name} cannot be migrated: ${reason}`;
  return `the database ${name} is newer than this program, which does not know its migration ${unknown.join(', ')}`;
}

/** What an error says, in one line. */
function toLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
}
