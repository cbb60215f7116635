import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabasePositionStore } from './database-position-store.js';
import { migrations, type ChatSchema } from './migrations.js';

describe.each(dialects)('the positions on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  it('belong to a user and a door, and only move forward', async () => {
    const store = createDatabasePositionStore(await databases.open<ChatSchema>(migrations));
    expect(await store.read('ann', 'chat')).toBeUndefined();
    await store.save([
      { reader: 'bob', door: 'chat', sequence: 9n },
      { reader: 'ann', door: 'receive', sequence: 2n ** 40n },
      { reader: 'ann', door: 'chat', sequence: 5n },
    ]);
    await store.save([{ reader: 'ann', door: 'chat', sequence: 4n }]);
    await store.save([{ reader: 'bob', door: 'chat', sequence: 10n }]);
    await store.save([]);
    expect(await store.read('ann', 'chat')).toBe(5n);
    expect(await store.read('ann', 'receive')).toBe(2n ** 40n);
    expect(await store.read('bob', 'chat')).toBe(10n);
    expect(await store.read('Bob', 'chat')).toBeUndefined();
  });
});
