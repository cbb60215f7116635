import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql, type Database } from '../src/index.js';
import { startDatabases, type TestDatabases } from '../src/testing/index.js';

describe('an error of PostgreSQL', () => {
  let databases: TestDatabases;
  let database: Database<unknown>;
  beforeAll(async () => {
    databases = await startDatabases('postgres');
    database = await databases.open({}, { config: { poolSize: 1 } });
  });
  afterAll(() => databases[Symbol.asyncDispose]());

  const raise = (state: string) =>
    sql.raw(`do $$ begin raise exception 'secret' using errcode = '${state}'; end $$`).execute(database.query);

  it.each([
    ['53100', 'RESOURCE_EXHAUSTED', 'the database has no space left'], // disk_full
    ['40001', 'ABORTED', 'the transaction conflicts with another one'], // serialization_failure
    ['40P01', 'ABORTED', 'the transaction conflicts with another one'], // deadlock_detected
    ['53200', 'UNAVAILABLE', 'the database is busy'], // out_of_memory
    ['53300', 'UNAVAILABLE', 'the database is busy'], // too_many_connections
    ['55P03', 'UNAVAILABLE', 'the database is busy'], // lock_not_available
    ['57014', 'UNAVAILABLE', 'the database took too long'], // query_canceled
    ['57P01', 'UNAVAILABLE', 'the database cannot be reached'], // admin_shutdown
    ['57P03', 'UNAVAILABLE', 'the database cannot be reached'], // cannot_connect_now
    ['08006', 'UNAVAILABLE', 'the database cannot be reached'], // connection_failure
    ['25006', 'UNAVAILABLE', 'the database cannot be reached'], // read_only_sql_transaction
  ])('%s is %s: %s', async (state, code, message) => {
    await expect(raise(state)).rejects.toMatchObject({ name: 'StatusError', code, message });
  });

  it.each(['23514', '42P01', 'P0001', '22012'])('%s stays what it is', async (state) => {
    await expect(raise(state)).rejects.toMatchObject({ code: state, message: 'secret' });
  });

  it('runs a transaction again that conflicts, and gives up after five times', async () => {
    let tries = 0;
    const work = (until: number) =>
      database.transaction(async (transaction) => {
        tries += 1;
        if (tries < until)
          await sql.raw(`do $$ begin raise exception 'no' using errcode = '40001'; end $$`).execute(transaction);
        return tries;
      });
    expect(await work(3)).toBe(3);
    tries = 0;
    await expect(work(99)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(tries).toBe(5);
  });
});
