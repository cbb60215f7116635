import type { Migrations } from '@streamworks/storage';

/** The tables of the users. */
export interface UserSchema {
  /** `user` is a word of SQL. `email_key` is the address as it is compared. */
  users: { id: bigint; name: string; email: string; email_key: string };
  /** One row: the last number that was given to a user without one. Whoever creates users holds it until its commit. */
  user_number: { last: bigint };
}

/** How those tables came to be. */
export const migrations: Migrations = {
  '0001-users': {
    async up(database, { integer, text }) {
      await database.schema
        .createTable('users')
        .addColumn('id', integer, (column) => column.primaryKey())
        .addColumn('name', text, (column) => column.notNull())
        .addColumn('email', text, (column) => column.notNull())
        .addColumn('email_key', text, (column) => column.notNull().unique())
        .execute();
      await database.schema
        .createTable('user_number')
        .addColumn('last', integer, (column) => column.notNull())
        .execute();
      await database.insertInto('user_number').values({ last: 0n }).execute();
    },
  },
};
