import { gate } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { isUniqueViolation } from '../src/index.js';
import { dialects } from '../src/testing/index.js';
import { openNotes } from './support/open-notes.js';

describe.each(dialects)('transaction on %s', (dialect) => {
  const notes = openNotes(dialect);
  const { insert, read, toNote } = notes;

  it('gives what the work gives, and keeps its changes', async () => {
    const note = toNote('kept');
    const result = await notes.database.transaction(async (transaction) => {
      await transaction.insertInto('note').values(note).execute();
      return 'done';
    });
    expect(result).toBe('done');
    expect(await read(note.id)).toMatchObject(note);
  });

  it('undoes everything where the work throws', async () => {
    const note = toNote('undone');
    const work = notes.database.transaction(async (transaction) => {
      await transaction.insertInto('note').values(note).execute();
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await read(note.id)).toBeUndefined();
  });

  it('undoes everything where a statement has failed, even if the work goes on', async () => {
    const { id } = await insert('there');
    const note = toNote('undone');
    const work = notes.database.transaction(async (transaction) => {
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
    const written = Array.from({ length: 20 }, () => toNote('at once'));
    const results = await Promise.allSettled(
      written.map((note, index) =>
        notes.database.transaction(async (transaction) => {
          await transaction.insertInto('note').values(note).execute();
          if (index % 3 === 0) throw new Error('no');
        }),
      ),
    );
    const kept = await Promise.all(written.map(({ id }) => read(id)));
    expect(kept.map((note) => note !== undefined)).toEqual(written.map((_, index) => index % 3 !== 0));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(written.map((_, index) => index % 3 !== 0));
  });

  it('never mixes with another one', async () => {
    const { id } = await insert('counter');
    const increment = () =>
      notes.database.transaction(
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
    const inserted = gate();
    const released = gate();
    const work = notes.database.transaction(async (transaction) => {
      await transaction.insertInto('note').values(note).execute();
      inserted.open();
      await released;
    });
    await inserted;
    const seen = await read(note.id);
    released.open();
    await work;
    expect(seen).toBeUndefined();
    expect(await read(note.id)).toBeDefined();
  });

  it('runs no further statement after one that failed', async () => {
    const { id } = await insert('there');
    const [before, beside, after] = [toNote('before'), toNote('beside'), toNote('after')];
    const work = notes.database.transaction(async (transaction) => {
      await transaction.insertInto('note').values(before).execute();
      const statements = [{ ...toNote('again'), id }, beside].map((note) =>
        transaction.insertInto('note').values(note).execute(),
      );
      await Promise.allSettled(statements);
      await expect(transaction.insertInto('note').values(after).execute()).rejects.toThrow(/unique/i);
    });
    expect(isUniqueViolation(await work.catch((error: unknown) => error))).toBe(true);
    expect(await Promise.all([before, beside, after].map((note) => read(note.id)))).toEqual(Array(3).fill(undefined));
  });

  it('runs no statement that its work has not waited for', async () => {
    const note = toNote('late');
    let late: Promise<unknown> | undefined;
    const start = gate();
    await notes.database.transaction(async (transaction) => {
      late = start.then(() => transaction.insertInto('note').values(note).execute());
      late.catch(() => undefined);
    });
    start.open();
    await expect(late).rejects.toThrow('already committed');
    expect(await read(note.id)).toBeUndefined();
  });

  it('does not wait for ever where its work waits for a query outside of it', async () => {
    const database = await notes.open({ config: { poolSize: 1, statementTimeoutMs: 200 } });
    const note = toNote('outside');
    const nested = database.transaction(() => database.query.insertInto('note').values(note).execute());
    await expect(nested).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the database is busy' });
    await database.query.insertInto('note').values(note).execute();
  });
});
