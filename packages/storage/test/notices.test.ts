import { gate, until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { dialects } from '../src/testing/index.js';
import { openNotes } from './support/open-notes.js';

describe.each(dialects)('notices on %s', (dialect) => {
  const notes = openNotes(dialect);
  const write = (channel: string) => {
    const note = notes.toNote('new');
    const work = notes.database.transaction(
      async (transaction) => void (await transaction.insertInto('note').values(note).execute()),
      { notify: channel },
    );
    return { id: note.id, work };
  };

  it('wake those who listen on the channel, when the change can be read', async () => {
    const seen: (bigint | undefined)[] = [];
    const { id, work } = write('notes');
    const woken = gate();
    const stop = notes.database.listen('notes', () => {
      void notes.read(id).then((note) => {
        seen.push(note?.id);
        if (note !== undefined) woken.open();
      });
    });
    await work;
    await woken;
    expect(seen).toContain(id);
    stop();
    stop();
  });

  it('wake everybody who listens, until they have stopped', async () => {
    const counts = [0, 0];
    const stops = counts.map((_, index) => notes.database.listen('both', () => void (counts[index]! += 1)));
    await write('both').work;
    await until(() => counts.every((count) => count > 0));
    stops[0]!();
    const [first, second] = counts;
    await write('both').work;
    await until(() => counts[1]! > second!);
    expect(counts[0]).toBe(first);
    stops[1]!();
  });

  it.each(['', 'Notes', 'a-b', "a'; drop table note; --", 'ä', '1a', 'a'.repeat(64)])(
    'have no channel %j',
    async (channel) => {
      expect(() => notes.database.listen(channel, () => undefined)).toThrow(TypeError);
      const { id, work } = write(channel);
      await expect(work).rejects.toThrow(TypeError);
      expect(await notes.read(id)).toBeUndefined();
    },
  );

  it('do not come after the close, and do not keep it', async () => {
    const database = await notes.open();
    let calls = 0;
    database.listen('notes', () => (calls += 1));
    await database.close();
    const before = calls;
    await expect(database.transaction(() => Promise.resolve(), { notify: 'notes' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(calls).toBe(before);
  });
});

describe('notices on sqlite alone', () => {
  const notes = openNotes('sqlite');

  it('come for changes that were kept, and for no others', async () => {
    let calls = 0;
    notes.database.listen('notes', () => (calls += 1));
    await notes.database.transaction(() => Promise.resolve(), { notify: 'notes' });
    expect(calls).toBe(1);
    const undone = notes.database.transaction(() => Promise.reject(new Error('no')), { notify: 'notes' });
    await expect(undone).rejects.toThrow('no');
    expect(calls).toBe(1);
  });
});
