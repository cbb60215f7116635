import { gate } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { dialects } from '../src/testing/index.js';
import { openNotes } from './support/open-notes.js';

describe.each(dialects)('close on %s', (dialect) => {
  const notes = openNotes(dialect);

  it('lets transactions end that have begun, and refuses what comes later with UNAVAILABLE', async () => {
    const config = await notes.databases.create();
    const database = await notes.open({ config });
    const [begun, goOn] = [gate(), gate()];
    const note = notes.toNote('under way');
    const work = database.transaction(async (transaction) => {
      begun.open();
      await goOn;
      await transaction.insertInto('note').values(note).execute();
    });
    await begun;
    const closed = database.close();
    expect(database.isReady).toBe(false);
    const late = [
      database.query.selectFrom('note').select('id').execute(),
      database.query.deleteFrom('note').execute(),
      database.transaction(() => Promise.resolve()),
    ];
    for (const one of late) await expect(one).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    goOn.open();
    await work;
    await closed;
    await database.close();

    const again = await notes.open({ config });
    expect(await again.query.selectFrom('note').select('text').execute()).toEqual([{ text: note.text }]);
  });
});
