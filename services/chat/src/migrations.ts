import { sql, type Migrations } from '@streamworks/storage';
import type { NewMessage } from './message-store.js';
import type { Door } from './position-store.js';

/** The tables of the chat. */
export interface ChatSchema {
  /** One row: whoever changes it is the only one who appends, until the commit. */
  log: { id: bigint; last_sequence: bigint; bytes: bigint };
  message: {
    sequence: bigint;
    kind: NewMessage['kind'];
    sender: string;
    target: string;
    content: string;
    /** Null where the sender gave none: those are never repeats. */
    message_id: string | null;
    said_at: bigint;
    stored_at: bigint;
    /** What the message counts in `log.bytes`. */
    bytes: bigint;
  };
  position: { reader: string; door: Door; sequence: bigint };
}

/** How those tables came to be. */
export const migrations: Migrations = {
  '0001-chat': {
    async up(database, { integer, text }) {
      const { schema } = database;
      await schema
        .createTable('log')
        .addColumn('id', integer, (column) => column.primaryKey())
        .addColumn('last_sequence', integer, (column) => column.notNull())
        .addColumn('bytes', integer, (column) => column.notNull())
        .execute();
      await sql`insert into log (id, last_sequence, bytes) values (1, 0, 0)`.execute(database);
      await schema
        .createTable('message')
        .addColumn('sequence', integer, (column) => column.primaryKey())
        .addColumn('kind', text, (column) => column.notNull())
        .addColumn('sender', text, (column) => column.notNull())
        .addColumn('target', text, (column) => column.notNull())
        .addColumn('content', text, (column) => column.notNull())
        .addColumn('message_id', text)
        .addColumn('said_at', integer, (column) => column.notNull())
        .addColumn('stored_at', integer, (column) => column.notNull())
        .addColumn('bytes', integer, (column) => column.notNull())
        .execute();
      const createIndex = (name: string) => schema.createIndex(name).on('message');
      await createIndex('message_once').columns(['kind', 'sender', 'message_id']).unique().execute();
      await createIndex('message_by_target').columns(['kind', 'target', 'sequence']).execute();
      await createIndex('message_by_sender').columns(['kind', 'sender', 'sequence']).execute();
      await schema
        .createTable('position')
        .addColumn('reader', text, (column) => column.notNull())
        .addColumn('door', text, (column) => column.notNull())
        .addColumn('sequence', integer, (column) => column.notNull())
        .addPrimaryKeyConstraint('position_key', ['reader', 'door'])
        .execute();
    },
  },
};
