import type { Database } from '@streamworks/storage';
import type { LaptopSchema } from './migrations.js';
import type { UserStore } from './user-store.js';

/** Keeps the accounts in a database, which several instances may share. */
export function createDatabaseUserStore({ query }: Database<LaptopSchema>): UserStore {
  return {
    find: (name) => query.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst(),

    async add(account) {
      const added = await query
        .insertInto('account')
        .values(account)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .executeTakeFirst();
      return added !== undefined;
    },
  };
}
