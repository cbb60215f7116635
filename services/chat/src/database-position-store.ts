import { sql, type Database } from '@streamworks/storage';
import type { ChatSchema } from './migrations.js';
import type { PositionStore } from './position-store.js';

/** The most rows of a statement. */
const MOST_ROWS = 1000;

/** Keeps the positions in a database, which several instances may share. */
export function createDatabasePositionStore(database: Database<ChatSchema>): PositionStore {
  return {
    async read(reader, door) {
      const row = await database.query
        .selectFrom('position')
        .select('sequence')
        .where('reader', '=', reader)
        .where('door', '=', door)
        .executeTakeFirst();
      return row?.sequence;
    },

    async save(positions) {
      // Everybody takes the rows in one order: no two wait for each other.
      const ordered = positions.toSorted(
        (one, other) => compare(one.reader, other.reader) || compare(one.door, other.door),
      );
      for (let start = 0; start < ordered.length; start += MOST_ROWS) {
        await database.query
          .insertInto('position')
          .values(ordered.slice(start, start + MOST_ROWS))
          .onConflict((conflict) =>
            conflict
              .columns(['reader', 'door'])
              .doUpdateSet({ sequence: sql`excluded.sequence` })
              .where('position.sequence', '<', sql<bigint>`excluded.sequence`),
          )
          .execute();
      }
    },
  };
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
