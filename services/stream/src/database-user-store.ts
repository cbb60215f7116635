import type { User } from '@streamworks/proto/stream_service';
import type { Database, Transaction } from '@streamworks/storage';
import type { UserSchema } from './migrations.js';
import { toEmailKey } from './user.js';
import type { Creation, UserStore } from './user-store.js';

type Writing = Transaction<UserSchema>;
type UserRow = UserSchema['users'];

/** The last number that fits the field of a user. */
const LAST_ID = 2n ** 31n - 1n;

/** How many numbers are looked at together to find free ones. */
const WINDOW = 1000n;

/** Keeps the users in a database, which several instances may share. */
export function createDatabaseUserStore(database: Database<UserSchema>): UserStore {
  return {
    async *list({ pageSize }) {
      const users = database.query.selectFrom('users').select(['id', 'name', 'email']).orderBy('id');
      const pages = database.pages<Omit<UserRow, 'email_key'>>(
        (last) => (last === undefined ? users : users.where('id', '>', last.id)),
        { pageSize },
      );
      for await (const { id, name, email } of pages) yield { id: Number(id), name, email };
    },

    async create(users) {
      if (users.length === 0) return [];
      return database.transaction(async (transaction) => {
        // Whoever has this row is alone until the commit: what is read below stays as it is.
        const { last } = await transaction
          .updateTable('user_number')
          .set(({ ref }) => ({ last: ref('last') }))
          .returning('last')
          .executeTakeFirstOrThrow();
        const { creations, rows, given } = plan(users, await readTaken(transaction, users, last));
        if (rows.length > 0) await transaction.insertInto('users').values(rows).execute();
        if (given !== undefined) await transaction.updateTable('user_number').set({ last: given }).execute();
        return creations;
      });
    },
  };
}

/** What there is already of what some users want. */
interface Taken {
  readonly byEmail: Map<string, Pick<UserRow, 'name' | 'email'>>;
  readonly ids: Set<bigint>;
  /** Enough numbers that nobody has, in order, even if some of the users want these very numbers. */
  readonly free: Iterator<bigint>;
}

async function readTaken(transaction: Writing, users: readonly User[], last: bigint): Promise<Taken> {
  const keys = [...new Set(users.map(({ email }) => toEmailKey(email)))];
  const found = await transaction
    .selectFrom('users')
    .select(['name', 'email', 'email_key'])
    .where('email_key', 'in', keys)
    .execute();
  const byEmail = new Map(found.map(({ email_key: key, ...user }) => [key, user]));
  const isNew = ({ email }: User): boolean => !byEmail.has(toEmailKey(email));
  const wanted = new Set(users.filter(({ id }) => id > 0).map(({ id }) => BigInt(id)));
  const ids = await readIds(transaction, wanted);
  const needsOne = users.some((user) => user.id === 0 && isNew(user));
  const free = needsOne ? await findFree(transaction, { last, count: users.length }) : [];
  return { byEmail, ids, free: free.values() };
}

async function readIds(transaction: Writing, wanted: ReadonlySet<bigint>): Promise<Set<bigint>> {
  if (wanted.size === 0) return new Set();
  const rows = await transaction
    .selectFrom('users')
    .select('id')
    .where('id', 'in', [...wanted])
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Numbers above the last one that nobody has; fewer where they come to their end. */
async function findFree(
  transaction: Writing,
  { last, count }: { readonly last: bigint; readonly count: number },
): Promise<bigint[]> {
  const free: bigint[] = [];
  for (let start = last + 1n; start <= LAST_ID && free.length < count; start += WINDOW) {
    const rows = await transaction
      .selectFrom('users')
      .select('id')
      .where('id', '>=', start)
      .where('id', '<', start + WINDOW)
      .execute();
    const taken = new Set(rows.map(({ id }) => id));
    for (let id = start; id < start + WINDOW && id <= LAST_ID && free.length < count; id += 1n) {
      if (!taken.has(id)) free.push(id);
    }
  }
  return free;
}

/** What becomes of each, the rows to add, and the last number that was given, if one was. */
function plan(users: readonly User[], { byEmail, ids, free }: Taken) {
  const rows: UserRow[] = [];
  let given: bigint | undefined;
  const nextId = (): bigint | undefined => {
    for (let next = free.next(); next.done !== true; next = free.next()) {
      if (!ids.has(next.value)) return (given = next.value);
    }
    return undefined;
  };
  const creations = users.map(({ id: wanted, name, email }): Creation => {
    const key = toEmailKey(email);
    const other = byEmail.get(key);
    if (other !== undefined) return other.name === name && other.email === email ? 'unchanged' : 'email-taken';
    if (wanted > 0 && ids.has(BigInt(wanted))) return 'id-taken';
    const id = wanted > 0 ? BigInt(wanted) : nextId();
    if (id === undefined) return 'no-id-left';
    byEmail.set(key, { name, email });
    ids.add(id);
    rows.push({ id, name, email, email_key: key });
    return 'created';
  });
  return { creations, rows, given };
}
