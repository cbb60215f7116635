import { collect } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import type { Database } from '../src/index.js';
import { dialects } from '../src/testing/index.js';
import type { NotesSchema } from './support/notes.js';
import { openNotes, type Note } from './support/open-notes.js';

const ROWS = 1_000;

describe.each(dialects)('pages on %s', (dialect) => {
  const notes = openNotes(dialect);

  /** A database with so many notes, and how often a page of it has been asked for. */
  async function fill(count: number, poolSize = 10) {
    const database = await notes.open({ config: { poolSize } });
    const rows = Array.from({ length: count }, (_, index) => ({ ...notes.toNote('page'), id: BigInt(index) }));
    while (rows.length > 0) await database.query.insertInto('note').values(rows.splice(0, 500)).execute();
    return { database, ...readAll(database) };
  }

  function readAll(database: Database<NotesSchema>) {
    const asked = { pages: 0 };
    const query = database.query.selectFrom('note').selectAll().orderBy('id');
    const read = (pageSize?: number) =>
      database.pages<Note>(
        (last) => {
          asked.pages += 1;
          return query.where('id', '>', last?.id ?? -1n);
        },
        pageSize === undefined ? {} : { pageSize },
      );
    return { asked, read };
  }

  it('gives each row once, in order', async () => {
    const { read } = await fill(ROWS);
    const ids = (await collect(read())).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: ROWS }, (_, index) => BigInt(index)));
    expect(await collect(read(7))).toHaveLength(ROWS);
  });

  it('gives nothing where there is nothing', async () => {
    const { read, asked } = await fill(0);
    expect(await collect(read())).toEqual([]);
    expect(asked.pages).toBe(1);
  });

  it('asks for a page when the reader has taken the one before', async () => {
    const { read, asked } = await fill(30);
    const rows = read(10)[Symbol.asyncIterator]();
    const pages: number[] = [];
    for (let row = await rows.next(); row.done !== true; row = await rows.next()) pages.push(asked.pages);
    expect(pages).toEqual(Array.from({ length: 30 }, (_, index) => Math.floor(index / 10) + 1));
  });

  it('holds nothing while the reader waits, or when it leaves', async () => {
    const { database, read, asked } = await fill(30, 1);
    for await (const { id } of read(10)) {
      // The only connection can be had.
      await database.query.updateTable('note').set({ count: 1n }).where('id', '=', id).execute();
      if (id === 5n) break;
    }
    expect(asked.pages).toBe(1);
    const changed = await database.query.selectFrom('note').select('id').where('count', '=', 1n).execute();
    expect(changed).toHaveLength(6);
  });

  it('reads what is written after the row where the reader is', async () => {
    const { database, read } = await fill(20);
    const ids: bigint[] = [];
    for await (const { id } of read(10)) {
      if (id === 5n)
        await database.query
          .insertInto('note')
          .values({ ...notes.toNote('late'), id: 99n })
          .execute();
      ids.push(id);
    }
    expect(ids.at(-1)).toBe(99n);
  });

  it('has the next page after rows of any size small enough', async () => {
    const { database, read, asked } = await fill(100);
    const picture = new Uint8Array(100_000);
    await database.query.updateTable('note').set({ picture }).execute();
    expect(await collect(read())).toHaveLength(100);
    expect(asked.pages).toBeGreaterThan(40); // 16 rows at first, and then two or three
  });

  it('fails where its query does', async () => {
    const { read, database } = await fill(0);
    await database.close();
    await expect(collect(read())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
