import { gate, until } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql, type Database } from '../src/index.js';
import { startProxy } from '../src/testing/proxy.js';
import { startDatabases, type TestDatabases, type TestPostgres } from '../src/testing/index.js';
import { migrations, type NotesSchema } from './support/notes.js';
import { startNotesService } from './support/start-notes-service.js';

const unreachable = { code: 'UNAVAILABLE', message: 'the database cannot be reached' };

describe('a PostgreSQL that is lost', () => {
  let databases: TestDatabases;
  let postgres: TestPostgres;
  beforeAll(async () => {
    databases = await startDatabases('postgres');
    postgres = databases.postgres!;
  });
  afterAll(() => databases[Symbol.asyncDispose]());

  const ask = (database: Database<NotesSchema>) => database.query.selectFrom('note').select('id').execute();
  const sleep = (database: Database<NotesSchema>) => sql`select pg_sleep(30)`.execute(database.query);

  it.each(['stop', 'kill'] as const)(
    'is UNAVAILABLE and not ready after a %s, and recovers by itself',
    async (fault) => {
      const database = await databases.open<NotesSchema>(migrations);
      await ask(database);
      const [begun, goOn] = [gate(), gate()];
      const work = database.transaction(async (transaction) => {
        const note = { id: 1n, score: 0, text: 'lost', picture: null };
        await transaction.insertInto('note').values(note).execute();
        begun.open();
        await goOn;
      });
      const results = Promise.allSettled([sleep(database), work]);
      await begun;
      await postgres[fault]();
      goOn.open();
      expect(await results).toMatchObject([
        { status: 'rejected', reason: unreachable },
        { status: 'rejected', reason: unreachable },
      ]);
      expect(database.isReady).toBe(false);
      await expect(ask(database)).rejects.toMatchObject(unreachable);
      await postgres.start();
      await until(() => database.isReady);
      expect(await ask(database)).toEqual([]); // nothing of the work has stayed
    },
    60_000,
  );

  it('says so at /readyz, and a process keeps what it acknowledged', async () => {
    const config = await databases.create();
    await using service = startNotesService(config, { NOTES_WRITERS: '5' });
    await until(() => service.stored.length > 50);
    expect(await service.readyz()).toBe(200);
    await postgres.kill();
    await until(async () => (await service.readyz()) === 503);
    await postgres.start();
    await until(async () => (await service.readyz()) === 200);
    const before = service.stored.length;
    await until(() => service.stored.length > before + 50);
    service.kill('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(service.stdout).toContain('failed UNAVAILABLE');

    const database = await databases.open<{ note: { number: bigint } }>(
      { '0001-note': { up: () => Promise.resolve() } },
      { config },
    );
    const kept = new Set(
      (await database.query.selectFrom('note').select('number').execute()).map(({ number }) => number),
    );
    expect(service.stored.filter((number) => !kept.has(number))).toEqual([]);
  });

  it('is one line at the start, and is waited for', async () => {
    const config = await databases.create();
    await postgres.stop();
    await using service = startNotesService(config);
    await until(() => service.stdout.includes('waiting'));
    await postgres.start();
    await service.untilReady();
    const lines = service.stdout.split('\n').filter((line) => line.includes('"database"'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', msg: 'the database cannot be reached: waiting', waitMs: 30_000 },
    ]);
    expect(service.stdout).not.toContain('password');
  });

  it('stops a start with one line when it has been waited for as long as is set', async () => {
    const config = await databases.create();
    await postgres.stop();
    await using service = startNotesService(config, { DATABASE_WAIT: '300ms' });
    expect(await service.ended).toEqual({ code: 1, signal: null });
    const { host, pathname } = new URL(config.url);
    expect(service.stderr).toBe(
      `the database postgres://${host}${pathname} could not be reached in 300 ms: connect ECONNREFUSED ${host}\n`,
    );
    await postgres.start();
  });

  it('ends the waiting when it is told to', async () => {
    const config = await databases.create();
    await postgres.stop();
    const waiting = databases.open(migrations, { config, signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await postgres.start();
  });

  it('is UNAVAILABLE where connections are cut on their way, and the next ones work', async () => {
    const config = await databases.create();
    const proxy = await startProxy(config.url);
    const database = await databases.open<NotesSchema>(migrations, { config: { ...config, url: proxy.url } });
    for (let round = 0; round < 3; round += 1) {
      const sleeping = sleep(database);
      await until(() => proxy.connections > 0);
      await proxy.kill();
      await expect(sleeping).rejects.toMatchObject(unreachable);
      await proxy.start();
      await until(() => database.isReady);
      expect(await ask(database)).toEqual([]);
    }
    await database.close();
    await proxy.remove();
  });

  it('is UNAVAILABLE where no answer comes, though the connection stays', async () => {
    const config = { ...(await databases.create()), statementTimeoutMs: 100 };
    const proxy = await startProxy(config.url);
    const database = await databases.open<NotesSchema>(migrations, { config: { ...config, url: proxy.url } });
    await ask(database);
    proxy.freeze();
    await expect(ask(database)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the database took too long' });
    expect(database.isReady).toBe(false);
    await proxy.kill();
    await proxy.start();
    await until(() => database.isReady);
    await database.close();
    await proxy.remove();
  });
});
