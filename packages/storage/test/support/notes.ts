import type { Generated, Migrations } from '../../src/index.js';

/** A schema with a column of each type. */
export interface NotesSchema {
  note: {
    id: bigint;
    score: number;
    text: string;
    picture: Uint8Array | null;
    count: Generated<bigint>;
  };
}

/** The migrations of that schema. */
export const migrations: Migrations = {
  '0001-note': {
    async up(database, { integer, double, text, bytes }) {
      await database.schema
        .createTable('note')
        .addColumn('id', integer, (column) => column.primaryKey())
        .addColumn('score', double, (column) => column.notNull())
        .addColumn('text', text, (column) => column.notNull().unique())
        .addColumn('picture', bytes)
        .addColumn('count', integer, (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};
