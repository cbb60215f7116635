import { until } from '@streamworks/common/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProxy } from '../src/testing/proxy.js';
import { startDatabases, type TestDatabases } from '../src/testing/index.js';
import { migrations, type NotesSchema } from './support/notes.js';
import { startNotesService } from './support/start-notes-service.js';

const PROBES = 3;

/** Lets a database take changes or not, for all who connect to it later; who is connected is sent away. */
async function setReadOnly(url: string, value: 'on' | 'off'): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  await client.connect();
  await client.query(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = ${value}`);
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}

describe('a PostgreSQL that takes no changes, such as a standby after a failover', () => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases('postgres')));
  afterAll(() => databases[Symbol.asyncDispose]());

  it('is UNAVAILABLE and not ready however often it is tried, until it takes them again', async () => {
    const { url, ...config } = await databases.create();
    const proxy = await startProxy(url);
    const database = await databases.open<NotesSchema>(migrations, { config: { ...config, url: proxy.url } });
    const note = { id: 1n, score: 0, text: 'kept', picture: null };
    const insert = () => database.query.insertInto('note').values(note).execute();
    await database.query.selectFrom('note').select('id').execute(); // so that there is a connection to be lost
    await setReadOnly(url, 'on');
    await until(() => !database.isReady);
    await expect(insert()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the database cannot be reached' });
    const before = proxy.accepted;
    await until(() => proxy.accepted > before + PROBES);
    expect(database.isReady).toBe(false);
    await setReadOnly(url, 'off');
    await until(() => database.isReady);
    await insert();
    await database.close();
    await proxy.remove();
  });

  it('is waited for at the start', async () => {
    const config = await databases.create();
    await setReadOnly(config.url, 'on');
    await using service = startNotesService(config);
    await until(() => service.stdout.includes('waiting'));
    expect(service.stdout).toContain('it is set to take no changes: transaction_read_only is on');
    await setReadOnly(config.url, 'off');
    await service.untilReady();
  });

  it('stops a start with one line when it has been waited for as long as is set', async () => {
    const config = await databases.create();
    await setReadOnly(config.url, 'on');
    const opening = databases.open(migrations, { config: { ...config, waitMs: 300 } });
    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(
        /^the database postgres:\S+ could not be reached in 300 ms: it is set to take no changes: transaction_read_only is on$/,
      ) as unknown,
    });
  });
});
