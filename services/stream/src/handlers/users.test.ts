import { collect, createTestContext, from } from '@streamworks/common/testing';
import type { User } from '@streamworks/proto/stream_service';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { createLogger } from '@streamworks/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseUserStore } from '../database-user-store.js';
import { migrations, type UserSchema } from '../migrations.js';
import { seedUsers } from '../seed-users.js';
import type { UserStore } from '../user-store.js';
import { createCreateUsers } from './create-users.js';
import { createGetUserList } from './get-user-list.js';

let databases: TestDatabases;
beforeAll(async () => {
  databases = await startDatabases('sqlite');
});
afterAll(() => databases[Symbol.asyncDispose]());

const createStore = async () => createDatabaseUserStore(await databases.open<UserSchema>(migrations));
const user = (index: number): User => ({ id: 0, name: `Name ${index}`, email: `${index}@example.com` });
const users = (count: number): User[] => Array.from({ length: count }, (_, index) => user(index));
const create = (store: UserStore, some: readonly User[]) => createCreateUsers(store)(from(some), createTestContext());

describe('createUsers', { timeout: 30_000 }, () => {
  it('creates everybody, and nobody of an empty stream', async () => {
    const store = await createStore();
    expect(await create(store, [])).toEqual({ created: 0n, unchanged: 0n, errors: [] });
    expect(await create(store, users(1234))).toEqual({ created: 1234n, unchanged: 0n, errors: [] });
    expect(await create(store, users(1234))).toEqual({ created: 0n, unchanged: 1234n, errors: [] });
    expect(await collect(store.list({ pageSize: 100 }))).toHaveLength(1234);
  });

  it('says who was not created by the place in the stream, and goes on', async () => {
    const store = await createStore();
    const some = users(600);
    some[0] = { id: 0, name: 'a', email: 'none' };
    some[249] = { id: -1, name: 'a', email: 'a@b' };
    some[250] = { id: 0, name: 'a\0', email: 'a@b' };
    some[300] = { id: 0, name: 'other', email: '299@EXAMPLE.com' };
    some[400] = { id: 1, name: 'a', email: 'a@b' };
    some[599] = { id: 0, name: 'x'.repeat(129), email: 'a@b' };
    expect(await create(store, some)).toEqual({
      created: 594n,
      unchanged: 0n,
      errors: [
        { index: 0n, reason: 'email: "none" is no email address' },
        { index: 249n, reason: 'id: -1 is negative' },
        { index: 250n, reason: 'name: may not have U+0000' },
        { index: 300n, reason: 'email: "299@EXAMPLE.com" is taken' },
        { index: 400n, reason: 'id: 1 is taken' },
        { index: 599n, reason: 'name: has 129 bytes, and may have 128' },
      ],
    });
  });

  it('names the first thousand who were not created', async () => {
    const store = await createStore();
    const bad = users(1500).map((each) => ({ ...each, email: '\u0001'.repeat(300) }));
    const { created, unchanged, errors = [] } = await create(store, [...bad, user(1)]);
    expect({ created, unchanged }).toEqual({ created: 1n, unchanged: 0n });
    expect(errors.map((error) => error.index)).toEqual(Array.from({ length: 1000 }, (_, index) => BigInt(index)));
    expect(Buffer.byteLength(errors.map((error) => error.reason).join(''))).toBeLessThan(2 ** 20);
  });

  it('keeps what was written before a stream was cut off', async () => {
    const store = await createStore();
    async function* cut(): AsyncGenerator<User> {
      yield* users(500);
      throw new Error('cut off');
    }
    await expect(createCreateUsers(store)(from(cut()), createTestContext())).rejects.toThrow('cut off');
    expect(await collect(store.list({ pageSize: 100 }))).toHaveLength(500);
    expect(await create(store, users(600))).toEqual({ created: 100n, unchanged: 500n, errors: [] });
  });
});

describe('getUserList', { timeout: 30_000 }, () => {
  const list = async (store: UserStore, pageSize: number) => {
    const context = createTestContext<User>();
    await createGetUserList(store)({ pageSize }, context);
    return context.written;
  };

  it.each([
    [0, 10],
    [-5, 10],
    [1, 1],
    [1000, 1000],
    [1001, 1000],
    [2 ** 31 - 1, 1000],
  ])('with a page size of %i reads pages of %i, and sends everybody', async (pageSize, expected) => {
    const store = await createStore();
    await create(store, users(30));
    const sizes: number[] = [];
    const watched: UserStore = {
      ...store,
      list(options) {
        sizes.push(options.pageSize);
        return store.list(options);
      },
    };
    expect(await list(watched, pageSize)).toEqual(users(30).map((each, index) => ({ ...each, id: index + 1 })));
    expect(sizes).toEqual([expected]);
  });

  it('reads no further when its call is cancelled', async () => {
    const store = await createStore();
    await create(store, users(30));
    const context = createTestContext<User>();
    const write = context.write.bind(context);
    const counted = createTestContext<User>({
      write(message) {
        if (context.written.length === 5) context.cancel();
        return write(message);
      },
    });
    await expect(createGetUserList(store)({ pageSize: 2 }, counted)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(context.written).toHaveLength(5);
  });
});

it('seeds fifty users, once', { timeout: 30_000 }, async () => {
  const store = await createStore();
  const log = createLogger({ service: 'test', logLevel: 'silent' });
  await seedUsers(store, log);
  await seedUsers(store, log);
  const seeded = await collect(store.list({ pageSize: 100 }));
  expect(seeded).toHaveLength(50);
  expect(seeded[49]).toEqual({ id: 50, name: 'User 50', email: 'user50@example.com' });
});
