import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUniqueViolation, sql, type Insertable } from '../src/index.js';
import { dialects } from '../src/testing/index.js';
import type { NotesSchema } from './support/notes.js';
import { openNotes } from './support/open-notes.js';

const MOST = 2n ** 63n - 1n;

/** An integer of 64 bits, often one at a limit. */
const integers = fc.oneof(
  fc.bigInt({ min: -MOST - 1n, max: MOST }),
  fc.constantFrom(MOST, -MOST - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 0n),
);

describe.each(dialects)('values on %s', (dialect) => {
  const notes = openNotes(dialect);
  const { insert, read, toNote } = notes;

  it('keeps integers of 64 bits exactly, and finds them', async () => {
    const { id } = await insert('integers');
    await fc.assert(
      fc.asyncProperty(integers, async (count) => {
        await notes.database.query.updateTable('note').set({ count }).where('id', '=', id).execute();
        const found = notes.database.query
          .selectFrom('note')
          .select('count')
          .where('id', '=', id)
          .where('count', '=', count);
        expect(await found.execute()).toEqual([{ count }]);
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
        await notes.database.query.updateTable('note').set(note).where('id', '=', id).execute();
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
    await expect(sql`select ${value} as value`.execute(notes.database.query)).rejects.toThrow(message);
  });

  it('reads counts and sums as bigint', async () => {
    await insert('counted');
    const { count, sum } = await notes.database.query
      .selectFrom('note')
      .select(({ fn }) => [fn.countAll<bigint>().as('count'), fn.sum<bigint>('count').as('sum')])
      .executeTakeFirstOrThrow();
    expect([typeof count, typeof sum]).toEqual(['bigint', 'bigint']);
  });

  it('orders text by code points', async () => {
    const texts = ['order B', 'order a', 'order ä', 'order Z'].map((text) => ({ ...toNote(''), text }));
    await notes.database.query.insertInto('note').values(texts).execute();
    const rows = await notes.database.query
      .selectFrom('note')
      .select('text')
      .where('text', 'like', 'order %')
      .orderBy('text')
      .execute();
    expect(rows.map(({ text }) => text)).toEqual(['order B', 'order Z', 'order a', 'order ä']);
  });

  it.each([2 ** -53, 5e-324, 1 - 2 ** -53, 1 + 2 ** -52, -(2 ** -60), 2 ** 31, 1e300, 1.7976931348623157e308])(
    'keeps the number %d exactly',
    async (score) => {
      const { id } = await insert('number');
      await notes.database.query.updateTable('note').set({ score }).where('id', '=', id).execute();
      expect((await read(id))?.score).toBe(score);
      const found = notes.database.query
        .selectFrom('note')
        .select('id')
        .where('id', '=', id)
        .where('score', '=', score);
      expect(await found.execute()).toEqual([{ id }]);
    },
  );

  it('counts the rows that a change has changed', async () => {
    const { id } = await insert('changed');
    const change = (at: bigint) =>
      notes.database.query.updateTable('note').set({ count: 1n }).where('id', '=', at).executeTakeFirst();
    expect([(await change(id)).numUpdatedRows, (await change(-1n)).numUpdatedRows]).toEqual([1n, 0n]);
  });

  it('tells a violation of a unique key from other errors', async () => {
    const { id, text } = await insert('unique');
    const again = async (note: Insertable<NotesSchema['note']>): Promise<unknown> =>
      notes.database.query
        .insertInto('note')
        .values(note)
        .execute()
        .catch((error: unknown) => error);
    const note = { ...toNote('other'), count: 0n };
    expect(isUniqueViolation(await again({ ...note, text }))).toBe(true);
    expect(isUniqueViolation(await again({ ...note, id }))).toBe(true);
    expect(
      isUniqueViolation(await sql`select nothing`.execute(notes.database.query).catch((error: unknown) => error)),
    ).toBe(false);
    expect(isUniqueViolation(undefined)).toBe(false);
  });
});
