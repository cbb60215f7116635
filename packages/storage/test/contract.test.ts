import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUniqueViolation, sql, type Database, type Insertable } from '../src/index.js';
import { dialects, startDatabases, type TestDatabases } from '../src/testing/index.js';
import { migrations, type NotesSchema } from './support/notes.js';

const MOST = 2n ** 63n - 1n;

/** An integer of 64 bits, often one at a limit. */
const integers = fc.oneof(
  fc.bigInt({ min: -MOST - 1n, max: MOST }),
  fc.constantFrom(MOST, -MOST - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 0n),
);

describe.each(dialects)('a database on %s', (dialect) => {
  let databases: TestDatabases;
  let database: Database<NotesSchema>;
  let nextId = 0n;

  beforeAll(async () => {
    databases = await startDatabases(dialect);
    database = await databases.open(migrations);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  const toNote = (text: string) => ({ id: (nextId += 1n), score: 0, text: `${text} ${nextId}`, picture: null });
  const insert = (text: string) =>
    database.query.insertInto('note').values(toNote(text)).returningAll().executeTakeFirstOrThrow();
  const read = (id: bigint) => database.query.selectFrom('note').selectAll().where('id', '=', id).executeTakeFirst();

  it('keeps integers of 64 bits exactly', async () => {
    const { id } = await insert('integers');
    await fc.assert(
      fc.asyncProperty(integers, async (count) => {
        await database.query.updateTable('note').set({ count }).where('id', '=', id).execute();
        expect((await read(id))?.count).toBe(count);
      }),
    );
  });

  it('keeps finite numbers, texts and bytes exactly', async () => {
    const { id } = await insert('values');
    const values = {
      score: fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0), // -0 is kept as 0
      text: fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      picture: fc.uint8Array(),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(values), async (note) => {
        await database.query.updateTable('note').set(note).where('id', '=', id).execute();
        const kept = await read(id);
        expect([kept?.score, kept?.text]).toEqual([note.score, note.text]);
        expect(Buffer.from(kept!.picture!).equals(note.picture)).toBe(true);
      }),
    );
  });

  it.each([
    ['a text with U+0000', 'a\0b', 'U+0000'],
    ['half a surrogate pair', 'a\ud800', 'half a surrogate pair'],
    ['NaN', Number.NaN, 'is NaN'],
    ['an infinite number', -Infinity, 'is -Infinity'],
    ['an integer of 65 bits', MOST + 1n, 'does not fit in 64 bits'],
    ['a boolean', true, 'but boolean'],
    ['undefined', undefined, 'but undefined'],
  ])('refuses %s', async (_name, value, message) => {
    await expect(sql`select ${value} as value`.execute(database.query)).rejects.toThrow(message);
  });

  it('reads counts and sums as bigint', async () => {
    await insert('counted');
    const { count, sum } = await database.query
      .selectFrom('note')
      .select(({ fn }) => [fn.countAll<bigint>().as('count'), fn.sum<bigint>('count').as('sum')])
      .executeTakeFirstOrThrow();
    expect([typeof count, typeof sum]).toEqual(['bigint', 'bigint']);
  });

  it('orders text by code points', async () => {
    const texts = ['order B', 'order a', 'order ä', 'order Z'].map((text) => ({ ...toNote(''), text }));
    await database.query.insertInto('note').values(texts).execute();
    const rows = await database.query
      .selectFrom('note')
      .select('text')
      .where('text', 'like', 'order %')
      .orderBy('text')
      .execute();
    expect(rows.map(({ text }) => text)).toEqual(['order B', 'order Z', 'order a', 'order ä']);
  });

  it('counts the rows that a change has changed', async () => {
    const { id } = await insert('changed');
    const change = (at: bigint) =>
      database.query.updateTable('note').set({ count: 1n }).where('id', '=', at).executeTakeFirst();
    expect([(await change(id)).numUpdatedRows, (await change(-1n)).numUpdatedRows]).toEqual([1n, 0n]);
  });

  it('tells a violation of a unique key from other errors', async () => {
    const { id, text } = await insert('unique');
    const again = async (note: Insertable<NotesSchema['note']>): Promise<unknown> =>
      database.query
        .insertInto('note')
        .values(note)
        .execute()
        .catch((error: unknown) => error);
    const note = { ...toNote('other'), count: 0n };
    expect(isUniqueViolation(await again({ ...note, text }))).toBe(true);
    expect(isUniqueViolation(await again({ ...note, id }))).toBe(true);
    expect(isUniqueViolation(await sql`select nothing`.execute(database.query).catch((error: unknown) => error))).toBe(
      false,
    );
    expect(isUniqueViolation(undefined)).toBe(false);
  });

  describe('transaction', () => {
    it('gives what the work gives, and keeps its changes', async () => {
      const note = toNote('kept');
      const result = await database.transaction(async (transaction) => {
        await transaction.insertInto('note').values(note).execute();
        return 'done';
      });
      expect(result).toBe('done');
      expect(await read(note.id)).toMatchObject(note);
    });

    it('undoes everything where the work throws', async () => {
      const note = toNote('undone');
      const work = database.transaction(async (transaction) => {
        await transaction.insertInto('note').values(note).execute();
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await read(note.id)).toBeUndefined();
    });

    it('undoes everything where a statement has failed, even if the work goes on', async () => {
      const { id } = await insert('there');
      const note = toNote('undone');
      const work = database.transaction(async (transaction) => {
        await transaction.insertInto('note').values(note).execute();
        await transaction
          .insertInto('note')
          .values({ ...toNote('again'), id })
          .execute()
          .catch(() => undefined);
      });
      expect(isUniqueViolation(await work.catch((error: unknown) => error))).toBe(true);
      expect(await read(note.id)).toBeUndefined();
    });

    it('undoes one of those that run at once, and keeps the others', async () => {
      const notes = Array.from({ length: 20 }, () => toNote('at once'));
      const results = await Promise.allSettled(
        notes.map((note, index) =>
          database.transaction(async (transaction) => {
            await transaction.insertInto('note').values(note).execute();
            if (index % 3 === 0) throw new Error('no');
          }),
        ),
      );
      const kept = await Promise.all(notes.map(({ id }) => read(id)));
      expect(kept.map((note) => note !== undefined)).toEqual(notes.map((_, index) => index % 3 !== 0));
      expect(results.map(({ status }) => status === 'fulfilled')).toEqual(notes.map((_, index) => index % 3 !== 0));
    });

    it('never mixes with another one', async () => {
      const { id } = await insert('counter');
      const increment = () =>
        database.transaction(
          async (transaction) => {
            const row = await transaction
              .selectFrom('note')
              .select('count')
              .where('id', '=', id)
              .executeTakeFirstOrThrow();
            await new Promise(setImmediate);
            await transaction
              .updateTable('note')
              .set({ count: row.count + 1n })
              .where('id', '=', id)
              .execute();
          },
          { isolation: 'serializable' },
        );
      for (let round = 0; round < 5; round += 1) await Promise.all([increment(), increment()]);
      expect((await read(id))?.count).toBe(10n);
    });

    it('shows nobody what it has not committed', async () => {
      const note = toNote('hidden');
      let seen: unknown = 'nothing read';
      let inserted!: () => void;
      let release!: () => void;
      const isInserted = new Promise<void>((resolve) => (inserted = resolve));
      const isReleased = new Promise<void>((resolve) => (release = resolve));
      const work = database.transaction(async (transaction) => {
        await transaction.insertInto('note').values(note).execute();
        inserted();
        await isReleased;
      });
      await isInserted;
      seen = await read(note.id);
      release();
      await work;
      expect(seen).toBeUndefined();
      expect(await read(note.id)).toBeDefined();
    });

    it('refuses a query outside of it in its work, and one that is not over', async () => {
      const outside = database.transaction(() => read(1n));
      await expect(outside).rejects.toThrow("only the work's own handle");
      const nested = database.transaction(() => database.transaction(() => Promise.resolve()));
      await expect(nested).rejects.toThrow("only the work's own handle");
      expect(await database.query.selectFrom('note').select('id').limit(1).execute()).toHaveLength(1);
    });
  });

  it('refuses queries with UNAVAILABLE when it has been closed', async () => {
    const closed = await databases.open<NotesSchema>(migrations);
    await closed.close();
    expect(closed.isReady).toBe(false);
    await expect(closed.query.selectFrom('note').select('id').execute()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(closed.query.deleteFrom('note').execute()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
