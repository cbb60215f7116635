import { StatusError } from '@streamworks/common';
import { describe, expect, it } from 'vitest';
import { sql } from '../src/index.js';
import { openNotes } from './support/open-notes.js';

describe('a SQLite file that cannot grow', () => {
  const notes = openNotes('sqlite');

  it('refuses changes with RESOURCE_EXHAUSTED and loses nothing that it had accepted', async () => {
    const config = await notes.databases.create();
    const database = await notes.open({ config });
    await sql`pragma max_page_count = 60`.execute(database.query);
    const picture = new Uint8Array(2_000);
    const accepted: string[] = [];
    const codes = new Set<unknown>();
    const write = async (): Promise<void> => {
      const note = { ...notes.toNote('full'), picture };
      try {
        await database.transaction((transaction) => transaction.insertInto('note').values(note).execute());
        accepted.push(note.text);
      } catch (error) {
        codes.add(error instanceof StatusError ? error.code : error);
      }
    };
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 10 }, write));
    expect(codes).toEqual(new Set(['RESOURCE_EXHAUSTED']));
    expect(accepted.length).toBeGreaterThan(10);

    const readTexts = async (from: typeof database): Promise<string[]> =>
      (await from.query.selectFrom('note').select('text').orderBy('id').execute()).map(({ text }) => text);
    expect(await readTexts(database)).toEqual(accepted); // reads go on
    await database.query
      .deleteFrom('note')
      .where('text', '=', accepted[0] ?? '')
      .execute();
    await write(); // and changes, where there is space again
    await database.close();
    expect(await readTexts(await notes.open({ config }))).toEqual(accepted.slice(1));
  });
});
