import { resolve } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { StartError, StatusError, type Logger } from '@streamworks/common';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Dialect } from 'kysely';
import type { Backend } from '../database.js';
import { migrate } from '../migrate.js';
import type { Migrations } from '../migration.js';
import { createLocalNotices } from '../notices.js';
import { createLoopShare } from './loop-share.js';
import { assertWritable, locateFile } from './locate-file.js';
import { lockFile } from './process-lock.js';
import { retryWhileBusy } from './retry-while-busy.js';
import { createSqliteDriver, type SqliteParts } from './sqlite-driver.js';
import { createStatements } from './statements.js';
import { createWriter } from './writer.js';

export interface OpenSqliteOptions {
  /** The path after `sqlite:`. */
  readonly path: string;
  readonly dataDir: string;
  readonly migrations: Migrations;
  readonly log: Logger;
  /** How long a change may wait for another program that writes to the file. */
  readonly busyMs: number;
  /** Whether another process may have the file open: a command beside its service. */
  readonly shared: boolean;
}

/** The files that SQLite writes for one: itself, its log, and the index of that. */
const SUFFIXES = ['', '-wal', '-shm'];

/** kysely takes SQLite for a database that cannot undo the making of a table. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Opens a file, and makes it and its folder where they are missing. Throws a StartError where that cannot be. */
export async function openSqlite({ path, dataDir, shared, ...options }: OpenSqliteOptions): Promise<Backend> {
  const file = resolve(dataDir, path);
  const opened: { close(): void }[] = [];
  const closeAll = (): void => {
    for (const one of opened.splice(0).reverse()) one.close();
  };
  let close = (): Promise<void> => Promise.resolve(closeAll());
  try {
    const located = locateFile(file);
    if (!shared) {
      const lock = lockFile(located, file);
      opened.push({ close: () => lock.release() });
    }
    for (const suffix of SUFFIXES) assertWritable(`${located}${suffix}`);
    const open = async (): Promise<DatabaseSyncInstance> => {
      const connection = new DatabaseSync(located, {
        readBigInts: true,
        enableForeignKeyConstraints: true,
        timeout: 0,
      });
      opened.push(connection);
      await retryWhileBusy(() => prepareFile(connection), options.busyMs);
      return connection;
    };
    const writing = await open();
    await retryWhileBusy(() => tryChange(writing), options.busyMs);
    const reading = await open();
    reading.exec('pragma query_only = on');
    const backend = createBackend({ reading, writing, busyMs: options.busyMs, closeAll });
    close = backend.close;
    await migrate({ ...options, kysely: backend.kysely, dialect: 'sqlite', name: file });
    options.log.info({ database: file }, 'database open');
    return backend;
  } catch (error) {
    await close();
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`the database ${file} cannot be opened: ${reason}`, { cause: error });
  }
}

function prepareFile(connection: DatabaseSyncInstance): void {
  const { journal_mode: mode } = connection.prepare('pragma journal_mode = wal').get() as { journal_mode: string };
  if (mode !== 'wal') throw new Error(`its file system allows no write-ahead log, but only the mode ${mode}`);
  // With FULL a commit waits until its pages in the log are on disk, so that it survives a loss of power.
  connection.exec('pragma synchronous = full');
}

/** What the access to a file says is not all. And in a log, a transaction begins where no change may be made. */
function tryChange(connection: DatabaseSyncInstance): void {
  const { user_version: version } = connection.prepare('pragma user_version').get() as { user_version: bigint };
  connection.exec(`begin immediate; pragma user_version = ${version}; rollback`);
}

interface BackendOptions {
  readonly reading: DatabaseSyncInstance;
  readonly writing: DatabaseSyncInstance;
  readonly busyMs: number;
  readonly closeAll: () => void;
}

function createBackend({ reading, writing, busyMs, closeAll }: BackendOptions): Backend {
  const share = createLoopShare();
  let open = true;
  const assertOpen = (): void => {
    if (!open) throw new StatusError('UNAVAILABLE', 'the database is closed');
  };
  const writer = createWriter({ file: writing, share, busyMs, assertOpen });
  const parts: SqliteParts = {
    reads: createStatements(reading),
    writes: createStatements(writing),
    writer,
    share,
    assertOpen,
    isInTransaction: () => writing.isTransaction,
  };
  const kysely: Dialect = {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => createSqliteDriver(parts),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return {
    dialect: 'sqlite',
    kysely,
    notices: createLocalNotices(),
    isReady: () => open,
    async close() {
      open = false;
      await writer.close();
      emptyLog(writing);
      closeAll();
    },
  };
}

/** SQLite does so itself, but only when every compiled statement is gone, and those the driver leaves to the garbage collector. */
function emptyLog(writing: DatabaseSyncInstance): void {
  try {
    writing.exec('pragma wal_checkpoint(truncate)');
  } catch {
    // A full disk, for one: nothing is lost, the next start reads the log.
  }
}
