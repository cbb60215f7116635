import type { Migrations } from '@streamworks/storage';

/** The tables of the notes. */
export interface NoteSchema {
  /** A row for each location that has notes: changing it puts the notes of the location in order. */
  location: { latitude: bigint; longitude: bigint; last_number: bigint };
  note: { latitude: bigint; longitude: bigint; number: bigint; message: string };
}

/** How those tables came to be. */
export const migrations: Migrations = {
  '0001-notes': {
    async up(database, { integer, text }) {
      await database.schema
        .createTable('location')
        .addColumn('latitude', integer, (column) => column.notNull())
        .addColumn('longitude', integer, (column) => column.notNull())
        .addColumn('last_number', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('location_key', ['latitude', 'longitude'])
        .execute();
      await database.schema
        .createTable('note')
        .addColumn('latitude', integer, (column) => column.notNull())
        .addColumn('longitude', integer, (column) => column.notNull())
        .addColumn('number', integer, (column) => column.notNull())
        .addColumn('message', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('note_key', ['latitude', 'longitude', 'number'])
        .execute();
    },
  },
};
