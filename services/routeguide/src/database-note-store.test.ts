import { collect } from '@streamworks/common/testing';
import type { Point } from '@streamworks/proto/routeguide/route_guide';
import { sql, type Database } from '@streamworks/storage';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseNoteStore } from './database-note-store.js';
import { migrations, type NoteSchema } from './migrations.js';
import type { NoteStore } from './note-store.js';

const here = { latitude: 0, longitude: 1 };
const there = { latitude: 0, longitude: -1 };

describe.each(dialects)('the note store on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  const open = (config = {}): Promise<Database<NoteSchema>> => databases.open<NoteSchema>(migrations, { config });
  const createStore = async (notesPerPoint = 1000) => createDatabaseNoteStore(await open(), { notesPerPoint });
  const toNotes = (messages: readonly string[], location = here) => messages.map((message) => ({ location, message }));
  const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const append = async (store: NoteStore, location: Point, message: string): Promise<number> => {
    const [note] = await store.append([{ location, message }]);
    return note!.number;
  };
  const read = async (store: NoteStore, location: Point, before: number): Promise<string[]> => {
    const notes = await collect(store.readBefore({ location, message: '', number: before }));
    return notes.map(({ message }) => message);
  };

  it('numbers the notes of each location from 1', async () => {
    const store = await createStore();
    expect(await append(store, here, 'a')).toBe(1);
    expect(await append(store, there, 'b')).toBe(1);
    expect(await append(store, here, 'c')).toBe(2);
    expect(await read(store, here, 3)).toEqual(['a', 'c']);
    expect(await read(store, here, 2)).toEqual(['a']);
    expect(await read(store, here, 1)).toEqual([]);
    expect(await read(store, there, 9)).toEqual(['b']);
    expect(await read(store, { latitude: 1, longitude: 0 }, 9)).toEqual([]);
  });

  it('numbers many at once in their order, at each location by itself', async () => {
    const store = await createStore();
    await append(store, there, 'first');
    const notes = [...toNotes(['a', 'b']), ...toNotes(['x'], there), ...toNotes(['c']), ...toNotes(['y'], there)];
    const numbers = [1, 2, 2, 3, 3];
    expect(await store.append(notes)).toEqual(notes.map((note, index) => ({ ...note, number: numbers[index] })));
    expect(await read(store, here, 9)).toEqual(['a', 'b', 'c']);
    expect(await read(store, there, 9)).toEqual(['first', 'x', 'y']);
    expect(await store.append([])).toEqual([]);
  });

  it('adds all of several notes or none', async () => {
    const store = await createStore();
    await expect(store.append([...toNotes(['a', 'b\0']), ...toNotes(['c'], there)])).rejects.toThrow('U+0000');
    expect(await read(store, here, 9)).toEqual([]);
    expect(await append(store, here, 'd')).toBe(1);
    expect(await append(store, there, 'e')).toBe(1);
  });

  it('keeps any text', async () => {
    const store = await createStore();
    const messages = ['', ' ', '\n\t\u0001', "'; drop table note --", 'é ü 文 🗺', '\uffff'];
    for (const message of messages) await append(store, here, message);
    expect(await read(store, here, 99)).toEqual(messages);
  });

  it('keeps notes at the poles and on both ends of the antimeridian apart', async () => {
    const store = await createStore();
    const ends = [-1, 1].flatMap((latitude) =>
      [-1, 1].map((longitude) => ({ latitude: latitude * 900_000_000, longitude: longitude * 1_800_000_000 })),
    );
    for (const end of ends) expect(await append(store, end, JSON.stringify(end))).toBe(1);
    for (const end of ends) expect(await read(store, end, 2)).toEqual([JSON.stringify(end)]);
  });

  it('gives each of many appends at once a number of its own, without a gap', async () => {
    const store = await createStore();
    const messages = count(1, 200).map(String);
    const numbers = await Promise.all(messages.map((message) => append(store, here, message)));
    expect(numbers.toSorted((one, other) => one - other)).toEqual(count(1, 200));
    const order: string[] = [];
    for (const [index, number] of numbers.entries()) order[number - 1] = messages[index]!;
    expect(await read(store, here, 999)).toEqual(order);
  });

  it('lets groups that meet at several locations wait for each other, in whatever order they name them', async () => {
    const store = await createStore();
    const groups = count(1, 60).map((group) => {
      const notes = [...toNotes([`${group} a`, `${group} b`]), ...toNotes([`${group} c`, `${group} d`], there)];
      return group % 2 === 0 ? notes : notes.toReversed();
    });
    await Promise.all(groups.map((group) => store.append(group)));
    for (const location of [here, there]) {
      const messages = await read(store, location, 999);
      expect(messages).toHaveLength(120);
      // Those of a group stand together.
      for (let index = 0; index < 120; index += 2) {
        expect(Number.parseInt(messages[index]!, 10)).toBe(Number.parseInt(messages[index + 1]!, 10));
      }
    }
  });

  it('keeps the last notes of a location, and goes on with its numbers', async () => {
    const database = await open();
    const store = createDatabaseNoteStore(database, { notesPerPoint: 3 });
    await append(store, there, 'other');
    for (const number of count(1, 10)) expect(await append(store, here, String(number))).toBe(number);
    expect(await read(store, here, 11)).toEqual(['9', '10']); // and the 11th would be the third
    expect(await read(store, there, 2)).toEqual(['other']);
    expect(await countRows(database)).toBe(4n);
  });

  it('keeps for each note of a group what a reader of it is to see', async () => {
    const database = await open();
    const store = createDatabaseNoteStore(database, { notesPerPoint: 3 });
    await store.append(toNotes(['1', '2', '3']));
    const group = await store.append(toNotes(['4', '5', '6', '7', '8']));
    const seen = await Promise.all(group.map((note) => read(store, here, note.number)));
    expect(seen).toEqual([
      ['2', '3'],
      ['3', '4'],
      ['4', '5'],
      ['5', '6'],
      ['6', '7'],
    ]);
    await append(store, here, '9');
    expect(await countRows(database)).toBe(3n);
  });

  it('shows fewer at once where fewer are to be kept than before, and removes the others a part at a time', async () => {
    const database = await open();
    const [plenty, few] = [5000, 2].map((notesPerPoint) => createDatabaseNoteStore(database, { notesPerPoint }));
    for (const part of count(0, 14)) await plenty!.append(toNotes(count(part * 100 + 1, part * 100 + 100).map(String)));
    expect(await read(few!, here, 1501)).toEqual(['1500']);
    expect(await append(few!, here, '1501')).toBe(1501);
    expect(await countRows(database)).toBe(1501n - 512n);
    for (const number of [1502, 1503]) await append(few!, here, String(number));
    expect(await countRows(database)).toBe(2n);
    expect(await read(plenty!, here, 1504)).toEqual(['1502', '1503']);
  });

  it('reads more than a page in order, while notes are added and trimmed', async () => {
    const database = await open();
    const [plenty, few] = [1000, 10].map((notesPerPoint) => createDatabaseNoteStore(database, { notesPerPoint }));
    for (const part of [0, 1, 2]) await plenty!.append(toNotes(count(part * 100 + 1, part * 100 + 100).map(String)));
    const seen: number[] = [];
    for await (const { message } of plenty!.readBefore({ location: here, message: '', number: 301 })) {
      seen.push(Number(message));
      if (seen.length === 40) await append(few!, here, '301');
    }
    expect(seen.slice(0, 40)).toEqual(count(1, 40));
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(seen.slice(-9)).toEqual(count(292, 300));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('has its notes when it is opened again', async () => {
    const config = await databases.create();
    const first = await open(config);
    await append(createDatabaseNoteStore(first, { notesPerPoint: 9 }), here, 'kept');
    await first.close();
    const store = createDatabaseNoteStore(await open(config), { notesPerPoint: 9 });
    expect(await append(store, here, 'more')).toBe(2);
    expect(await read(store, here, 3)).toEqual(['kept', 'more']);
  });

  it('waits for the disk before a note counts as stored', async () => {
    const database = await open();
    const pragma = dialect === 'sqlite' ? sql<object>`pragma synchronous` : sql<object>`show synchronous_commit`;
    const { rows } = await database.transaction((transaction) => pragma.execute(transaction));
    expect(rows).toEqual(dialect === 'sqlite' ? [{ synchronous: 2n }] : [{ synchronous_commit: 'on' }]);
  });
});

async function countRows(database: Database<NoteSchema>): Promise<unknown> {
  const { count } = await database.query
    .selectFrom('note')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
