import { constants, DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLoopShare } from './loop-share.js';
import { createSqliteDriver } from './sqlite-driver.js';
import { createStatements } from './statements.js';
import { createWriter, type Writer } from './writer.js';

const { SQLITE_DENY, SQLITE_OK, SQLITE_SAVEPOINT, SQLITE_TRANSACTION } = constants;

describe('a writer whose file fails', () => {
  let file: DatabaseSyncInstance;
  let writer: Writer;
  let database: Kysely<unknown>;
  beforeEach(() => {
    file = new DatabaseSync(':memory:');
    file.exec('create table note (text text)');
    const share = createLoopShare();
    const assertOpen = (): void => undefined;
    writer = createWriter({ file, share, busyMs: 1_000, assertOpen });
    const statements = createStatements(file);
    const parts = { reads: statements, writes: statements, isInTransaction: () => file.isTransaction };
    database = new Kysely({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => createSqliteDriver({ ...parts, writer, share, assertOpen }),
        createIntrospector: (kysely) => new SqliteIntrospector(kysely),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    });
  });
  afterEach(() => {
    if (file.isOpen) file.close();
  });

  /** Lets SQLite refuse these: `COMMIT`, `ROLLBACK`. */
  const refuse = (...operations: readonly string[]): void =>
    file.setAuthorizer((action, operation) => {
      const isOne = action === SQLITE_TRANSACTION || action === SQLITE_SAVEPOINT;
      return isOne && operations.includes(operation ?? '') ? SQLITE_DENY : SQLITE_OK;
    });
  const insert = (text: string) => sql`insert into note values (${text})`.execute(database);
  const readTexts = () =>
    file
      .prepare('select text from note')
      .all()
      .map((row) => Object.values(row as object)[0]);

  it('tells those who wait when neither the commit nor its undoing works, and undoes it before the next change', async () => {
    refuse('COMMIT', 'ROLLBACK');
    const results = await Promise.allSettled([insert('lost'), insert('lost, too')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(insert('refused')).rejects.toThrow('not authorized');
    file.setAuthorizer(null);
    await insert('kept');
    expect(readTexts()).toEqual(['kept']);
  });

  it('lets others write where a transaction cannot be undone, and keeps no half of it', async () => {
    const before = insert('in the same commit');
    const work = database.transaction().execute(async (transaction) => {
      await sql`insert into note values ('half')`.execute(transaction);
      refuse('ROLLBACK');
      throw new Error('no');
    });
    const results = await Promise.allSettled([before, work, insert('behind it')]);
    expect(results).toMatchObject(
      ['not authorized', 'no', 'not authorized'].map((message) => ({ status: 'rejected', reason: { message } })),
    );
    file.setAuthorizer(null);
    await insert('kept');
    expect(readTexts()).toEqual(['kept']);
  });

  it('tells those who wait when the file has been closed', async () => {
    await writer.enter();
    file.exec("insert into note values ('lost')");
    const left = writer.leave();
    file.close();
    await expect(left).rejects.toThrow('database is not open');
    await expect(writer.enter()).rejects.toThrow('database is not open');
    await expect(writer.enter()).rejects.toThrow('database is not open'); // the turn has been passed
    await writer.close();
  });

  it('ends changes whose file has been closed', async () => {
    await writer.enter();
    file.close();
    await writer.abandon(new Error('closed'));
    await expect(writer.enter()).rejects.toThrow('database is not open');
  });
});
