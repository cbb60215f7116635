import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { gate } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { sql } from '../src/index.js';
import { openNotes } from './support/open-notes.js';

describe('a commit on SQLite', () => {
  const notes = openNotes('sqlite');

  it('waits for the disk: synchronous is FULL, in a write-ahead log', async () => {
    const { database } = notes;
    const writing = await database.transaction(async (transaction) => [
      ...(await sql`pragma synchronous`.execute(transaction)).rows,
      ...(await sql`pragma journal_mode`.execute(transaction)).rows,
    ]);
    expect(writing).toEqual([{ synchronous: 2n }, { journal_mode: 'wal' }]);
  });

  it('is shared by what is changed at once', async () => {
    const config = await notes.databases.create();
    const database = await notes.open({ config });
    const file = new DatabaseSync(join(config.dataDir, config.url.slice(7)), { readBigInts: true });
    const version = () => file.prepare('pragma data_version').get();
    const counts: unknown[] = [];
    let last = version();
    const note = (index: number) => ({ ...notes.toNote('at once'), count: BigInt(index) });
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await database.query.insertInto('note').values(note(index)).execute();
        const now = version();
        if (JSON.stringify(now, String) !== JSON.stringify(last, String)) counts.push(now);
        last = now;
      }),
    );
    file.close();
    expect(counts.length).toBeLessThan(10);
  });

  it('comes before the word that a row is there already', async () => {
    const config = await notes.databases.create();
    const database = await notes.open({ config });
    const file = new DatabaseSync(join(config.dataDir, config.url.slice(7)));
    const note = notes.toNote('first');
    const insert = () => database.query.insertInto('note').values(note).execute();
    const refuse = () =>
      database.transaction(async (transaction) => {
        const there = await transaction.selectFrom('note').select('id').where('id', '=', note.id).execute();
        if (there.length > 0) throw new Error('there already');
      });
    const onDisk: unknown[] = [];
    const see = (): void => void onDisk.push(file.prepare('select count(*) as notes from note').get());
    const results = await Promise.allSettled([insert(), insert().catch(see), refuse().catch(see)]);
    file.close();
    expect(results.map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
    expect(onDisk).toEqual([{ notes: 1 }, { notes: 1 }]);
  });

  it('is not held up by work that waits, for those who read', async () => {
    const [begun, goOn] = [gate(), gate()];
    const work = notes.database.transaction(async (transaction) => {
      await transaction.insertInto('note').values(notes.toNote('waits')).execute();
      begun.open();
      await goOn;
    });
    await begun;
    expect(
      await notes.database.query.selectFrom('note').select('id').where('text', 'like', 'waits%').execute(),
    ).toEqual([]);
    goOn.open();
    await work;
  });

  it('gives up with UNAVAILABLE where another program holds the file for too long, and goes on after it', async () => {
    const config = { ...(await notes.databases.create()), statementTimeoutMs: 100 };
    const database = await notes.open({ config });
    const other = new DatabaseSync(join(config.dataDir, config.url.slice(7)));
    other.exec('begin immediate');
    const insert = () => database.query.insertInto('note').values(notes.toNote('busy')).execute();
    await expect(insert()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the database is busy' });
    const waiting = insert();
    other.exec('commit');
    await waiting;
    other.close();
  });

  it('is UNAVAILABLE where the file takes no changes any longer, and reads go on', async () => {
    const database = await notes.open();
    const insert = () => database.query.insertInto('note').values(notes.toNote('read only')).execute();
    await sql`pragma query_only = on`.execute(database.query);
    await expect(insert()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the database takes no changes' });
    expect(await database.query.selectFrom('note').select('id').execute()).toEqual([]);
  });
});
