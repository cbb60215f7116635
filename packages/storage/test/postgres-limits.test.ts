import { StartError } from '@streamworks/common';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../src/index.js';
import { startDatabases, type TestDatabases } from '../src/testing/index.js';
import { migrations } from './support/notes.js';

describe('PostgreSQL', () => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases('postgres')));
  afterAll(() => databases[Symbol.asyncDispose]());

  const start = async (change: (url: URL) => void): Promise<unknown> => {
    const config = await databases.create();
    const url = new URL(config.url);
    change(url);
    const error = await databases
      .open(migrations, { config: { ...config, url: url.href } })
      .catch((reason: unknown) => reason);
    return error instanceof StartError ? error.message : error;
  };

  it('ends a statement that takes too long, and the connection goes on', async () => {
    const database = await databases.open(migrations, { config: { statementTimeoutMs: 200, poolSize: 1 } });
    await expect(sql`select pg_sleep(30)`.execute(database.query)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the database took too long',
    });
    expect(database.isReady).toBe(true);
    const { rows } = await sql`select 1 as one`.execute(database.query);
    expect(rows).toEqual([{ one: 1n }]);
  });

  it('leaves the parsers of others who use pg as they are', async () => {
    await databases.open(migrations);
    expect(pg.types.getTypeParser(20)('7')).toBe('7');
  });

  it.each([
    [
      'a database that is not there',
      (url: URL) => (url.pathname = '/nothing'),
      /cannot be used: database "nothing" does not exist$/,
    ],
    [
      'a file of certificates that is not there',
      (url: URL) => (url.search = '?sslmode=verify-full&sslrootcert=nothing.pem'),
      /cannot be used: its sslrootcert cannot be read: ENOENT: no such file or directory, open '\/.*\/nothing.pem'$/,
    ],
  ])('stops the start at once, with one line, for %s', async (_name, change, message) => {
    const line = await start(change);
    expect(line).toMatch(message);
    expect(line).toMatch(/^the database postgres:\/\/[^@\n]*$/);
  });

  it('stops the start where it would acknowledge what is not on disk', async () => {
    const config = await databases.create();
    const name = new URL(config.url).pathname.slice(1);
    const client = new pg.Client({ connectionString: config.url });
    await client.connect();
    await client.query(`alter database ${name} set synchronous_commit = off`);
    await client.end();
    await expect(databases.open(migrations, { config })).rejects.toThrow('synchronous_commit = off');
  });
});
