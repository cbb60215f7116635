import type { Point } from '@streamworks/proto/routeguide/route_guide';
import { sql, type Database, type Transaction } from '@streamworks/storage';
import type { NoteSchema } from './migrations.js';
import type { Note, NoteStore } from './note-store.js';

/** How notes are kept. */
export interface NoteStoreOptions {
  /** How many notes a location keeps, the newest. */
  readonly notesPerPoint: number;
}

type Writing = Transaction<NoteSchema>;
type NoteRow = NoteSchema['note'];

/** A location, with the number of the first note that an append adds there. */
interface Counted {
  readonly latitude: bigint;
  readonly longitude: bigint;
  readonly first: bigint;
}

/** The most notes that an append removes at a location: more are there only where fewer are to be kept than before. */
const MOST_TRIMMED = 512;

/** Keeps the notes in a database, which several instances may share. */
export function createDatabaseNoteStore(
  database: Database<NoteSchema>,
  { notesPerPoint }: NoteStoreOptions,
): NoteStore {
  const kept = BigInt(notesPerPoint);
  return {
    async append(notes) {
      if (notes.length === 0) return [];
      return database.transaction(async (transaction) => {
        const counted = await countNotes(transaction, notes);
        const rows = toRows(notes, counted);
        await transaction.insertInto('note').values(rows).execute();
        for (const location of counted) await trim(transaction, location, kept);
        return notes.map((note, index) => ({ ...note, number: Number(rows[index]?.number) }));
      });
    },

    readBefore({ location, number }) {
      const { latitude, longitude } = toColumns(location);
      const notes = database.query
        .selectFrom('note')
        .select(['number', 'message'])
        .where('latitude', '=', latitude)
        .where('longitude', '=', longitude)
        .where('number', '<', BigInt(number));
      const before = BigInt(number) - kept;
      return database.pages<Pick<NoteRow, 'number' | 'message'>>((last) =>
        notes.where('number', '>', last?.number ?? before).orderBy('number'),
      );
    },
  };
}

/** Counts the new notes of each location. Whoever has counted first holds the row until its commit: later numbers wait for it. */
async function countNotes(transaction: Writing, notes: readonly Note[]): Promise<Counted[]> {
  const counts = new Map<string, NoteSchema['location']>();
  for (const { location } of notes) {
    const count = counts.get(toKey(location));
    if (count === undefined) counts.set(toKey(location), { ...toColumns(location), last_number: 1n });
    else count.last_number += 1n;
  }
  // Everybody takes the rows in one order: no two wait for each other.
  const ordered = [...counts.values()].toSorted(
    (one, other) => Number(one.latitude - other.latitude) || Number(one.longitude - other.longitude),
  );
  const rows = await transaction
    .insertInto('location')
    .values(ordered)
    .onConflict((conflict) =>
      conflict
        .columns(['latitude', 'longitude'])
        .doUpdateSet({ last_number: sql`location.last_number + excluded.last_number` }),
    )
    .returningAll()
    .execute();
  return rows.map(({ latitude, longitude, last_number: last }) => {
    const count = counts.get(`${latitude} ${longitude}`)?.last_number ?? 0n;
    return { latitude, longitude, first: last - count + 1n };
  });
}

function toRows(notes: readonly Note[], counted: readonly Counted[]): NoteRow[] {
  const next = new Map(counted.map(({ latitude, longitude, first }) => [`${latitude} ${longitude}`, first]));
  return notes.map(({ location, message }) => {
    const number = next.get(toKey(location)) ?? 0n;
    next.set(toKey(location), number + 1n);
    return { ...toColumns(location), number, message };
  });
}

/** Removes what no reader of the new notes, the first of them included, is to see any longer. */
async function trim(transaction: Writing, { latitude, longitude, first }: Counted, kept: bigint): Promise<void> {
  if (first <= kept) return;
  const notes = transaction.selectFrom('note').where('latitude', '=', latitude).where('longitude', '=', longitude);
  await transaction
    .deleteFrom('note')
    .where('latitude', '=', latitude)
    .where('longitude', '=', longitude)
    .where(
      'number',
      'in',
      notes
        .select('number')
        .where('number', '<=', first - kept)
        .orderBy('number')
        .limit(MOST_TRIMMED),
    )
    .execute();
}

function toColumns({ latitude, longitude }: Point) {
  return { latitude: BigInt(latitude), longitude: BigInt(longitude) };
}

function toKey({ latitude, longitude }: Point): string {
  return `${latitude} ${longitude}`;
}
