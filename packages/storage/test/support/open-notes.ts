import { afterAll, beforeAll } from 'vitest';
import type { Database, Dialect, Selectable } from '../../src/index.js';
import { startDatabases, type TestDatabases, type TestOpenOptions } from '../../src/testing/index.js';
import { migrations, type NotesSchema } from './notes.js';

export type Note = Selectable<NotesSchema['note']>;

/** Databases with notes, for the tests of a `describe`; and one that is open, with what tests do to it. */
export interface OpenNotes {
  readonly databases: TestDatabases;
  readonly database: Database<NotesSchema>;
  /** Opens a further one. */
  open(options?: TestOpenOptions): Promise<Database<NotesSchema>>;
  /** A note that is not there yet. */
  toNote(text: string): Omit<Note, 'count'>;
  insert(text: string): Promise<Note>;
  read(id: bigint): Promise<Note | undefined>;
}

/** Starts a server and opens a database before the tests, and closes all that was opened after them. */
export function openNotes(dialect: Dialect): OpenNotes {
  let databases: TestDatabases;
  let database: Database<NotesSchema>;
  let lastId = 0n;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
    database = await databases.open(migrations);
  });
  afterAll(() => databases[Symbol.asyncDispose]());

  const toNote = (text: string) => ({ id: (lastId += 1n), score: 0, text: `${text} ${lastId}`, picture: null });
  return {
    get databases() {
      return databases;
    },
    get database() {
      return database;
    },
    open: (options) => databases.open(migrations, options),
    toNote,
    insert: (text) => database.query.insertInto('note').values(toNote(text)).returningAll().executeTakeFirstOrThrow(),
    read: (id) => database.query.selectFrom('note').selectAll().where('id', '=', id).executeTakeFirst(),
  };
}
