import { collect } from '@streamworks/common/testing';
import type { User } from '@streamworks/proto/stream_service';
import { sql, type Database } from '@streamworks/storage';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseUserStore } from './database-user-store.js';
import { migrations, type UserSchema } from './migrations.js';

const MOST_ID = 2 ** 31 - 1;
const user = (name: string, { id = 0, email = `${name}@example.com` } = {}): User => ({ id, name, email });

describe.each(dialects)('the user store on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  const open = (config = {}): Promise<Database<UserSchema>> => databases.open<UserSchema>(migrations, { config });
  const create = async () => createDatabaseUserStore(await open());
  const list = (store: ReturnType<typeof createDatabaseUserStore>, pageSize = 10) => collect(store.list({ pageSize }));

  it('gives numbers to those who have none, and keeps those that are given', async () => {
    const store = await create();
    expect(await store.create([user('a'), user('b', { id: 7 }), user('c')])).toEqual(['created', 'created', 'created']);
    expect(await list(store)).toEqual([user('a', { id: 1 }), user('c', { id: 2 }), user('b', { id: 7 })]);
    expect(await store.create([])).toEqual([]);
  });

  it('creates nobody twice: the same users once more are unchanged', async () => {
    const store = await create();
    const users = [user('a'), user('b', { id: 9 }), user('c')];
    await store.create(users);
    const before = await list(store);
    expect(await store.create(users)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await store.create([...users, ...users])).toEqual(Array(6).fill('unchanged'));
    expect(await list(store)).toEqual(before);
  });

  it('leaves an address to who has it, whatever its case, and a number to who has that', async () => {
    const store = await create();
    await store.create([user('a', { id: 5 })]);
    expect(
      await store.create([
        user('other', { email: 'a@example.com' }),
        user('a', { email: 'A@Example.com' }),
        user('b', { id: 5 }),
        user('c', { id: 6 }),
        user('d', { id: 6 }),
        user('e', { email: 'C@EXAMPLE.COM' }),
      ]),
    ).toEqual(['email-taken', 'email-taken', 'id-taken', 'created', 'id-taken', 'email-taken']);
    expect(await list(store)).toEqual([user('a', { id: 5 }), user('c', { id: 6 })]);
  });

  it('passes numbers by that somebody has, many in a row too', async () => {
    const store = await create();
    const taken = Array.from({ length: 2500 }, (_, index) => user(`t${index}`, { id: index + 1 }));
    for (let start = 0; start < taken.length; start += 500) await store.create(taken.slice(start, start + 500));
    expect(await store.create([user('x', { id: 2501 }), user('a'), user('b')])).toEqual([
      'created',
      'created',
      'created',
    ]);
    expect((await list(store, 1000)).slice(2500)).toEqual([
      user('x', { id: 2501 }),
      user('a', { id: 2502 }),
      user('b', { id: 2503 }),
    ]);
    // The number that one of them has just got is taken for the next.
    expect(await store.create([user('c'), user('d', { id: 2504 })])).toEqual(['created', 'id-taken']);
  });

  it('creates nobody where there is no number left', async () => {
    const database = await open();
    const store = createDatabaseUserStore(database);
    await database.query
      .updateTable('user_number')
      .set({ last: BigInt(MOST_ID - 2) })
      .execute();
    await store.create([user('last', { id: MOST_ID })]);
    expect(await store.create([user('a'), user('b'), user('c', { id: 3 })])).toEqual([
      'created',
      'no-id-left',
      'created',
    ]);
    expect(await store.create([user('b')])).toEqual(['no-id-left']);
    expect((await list(store)).map(({ id }) => id)).toEqual([3, MOST_ID - 1, MOST_ID]);
  });

  it('creates each of many once, who are sent by many at the same time', async () => {
    const store = await create();
    const users = Array.from({ length: 100 }, (_, index) => user(`u${index}`));
    const groups = Array.from({ length: 20 }, (_, group) => users.slice(group * 3, group * 3 + 43));
    const results = await Promise.all(groups.map((group) => store.create(group)));
    const creations = results.flat();
    expect(creations.filter((creation) => creation === 'created')).toHaveLength(100);
    expect(creations.filter((creation) => creation !== 'created' && creation !== 'unchanged')).toEqual([]);
    const stored = await list(store);
    expect(new Set(stored.map(({ email }) => email)).size).toBe(100);
    expect(stored.map(({ id }) => id)).toEqual(users.map((_, index) => index + 1));
  });

  it('creates all of a group or nobody', async () => {
    const store = await create();
    await expect(store.create([user('a'), user('b\0')])).rejects.toThrow('U+0000');
    expect(await list(store)).toEqual([]);
    expect(await store.create([user('a')])).toEqual(['created']);
    expect((await list(store))[0]?.id).toBe(1);
  });

  it.each([1, 2, 10, 16, 17, 1000])('lists everybody once in pages of %i', async (size) => {
    const database = await open();
    const store = createDatabaseUserStore(database);
    const users = Array.from({ length: 100 }, (_, index) => user(`u${index}`, { id: ((index * 37) % 101) + 1 }));
    await store.create(users);
    const listed = await list(store, size);
    expect(listed).toEqual(users.toSorted((one, other) => one.id - other.id));
  });

  it('lists who is created behind the place that was reached', async () => {
    const store = await create();
    await store.create([user('a', { id: 10 }), user('b', { id: 20 })]);
    const users = store.list({ pageSize: 1 })[Symbol.asyncIterator]();
    expect(await users.next()).toMatchObject({ value: { id: 10 } });
    await store.create([user('before', { id: 5 }), user('behind', { id: 15 }), user('last', { id: 30 })]);
    const rest: number[] = [];
    for (let next = await users.next(); next.done !== true; next = await users.next()) rest.push(next.value.id);
    expect(rest).toEqual([15, 20, 30]);
  });

  it('is shared by all who have the same database open', async () => {
    if (dialect === 'sqlite') return; // one process has a file
    const config = await databases.create();
    const stores = await Promise.all(
      [open(config), open(config), open(config)].map(async (each) => createDatabaseUserStore(await each)),
    );
    const users = Array.from({ length: 60 }, (_, index) => user(`u${index}`));
    const results = await Promise.all(
      stores.flatMap((store) => [users, users.toReversed()].map((some) => store.create(some))),
    );
    expect(results.flat().filter((creation) => creation === 'created')).toHaveLength(60);
    expect((await list(stores[0]!)).map(({ id }) => id).toSorted((one, other) => one - other)).toEqual(
      users.map((_, index) => index + 1),
    );
  });

  it('finds an address and the next users by an index', async () => {
    const database = await open();
    await createDatabaseUserStore(database).create([user('a')]);
    if (dialect === 'postgres') await sql`set enable_seqscan = off`.execute(database.query);
    const queries = [
      sql`select * from users where email_key in ('a', 'b')`,
      sql`select * from users where id > 5 order by id limit 10`,
    ];
    for (const query of queries) {
      const explained = await sql`explain ${dialect === 'sqlite' ? sql`query plan ` : sql``}${query}`.execute(
        database.query,
      );
      expect(
        JSON.stringify(explained.rows, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
      ).toMatch(/index|integer primary key/i);
    }
  });
});
