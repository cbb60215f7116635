import { createLogger } from '@streamworks/common';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseUserStore } from './database-user-store.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { createPasswords } from './passwords.js';
import { seedUsers } from './seed-users.js';

const ann = { name: 'ann', password: 'a hash', role: 'user' };

describe.each(dialects)('the accounts on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases(dialect)), 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());
  const create = async () => createDatabaseUserStore(await databases.open<LaptopSchema>(migrations));

  it('are found by exactly their name', async () => {
    const users = await create();
    expect(await users.add(ann)).toBe(true);
    expect(await users.find('ann')).toEqual(ann);
    for (const name of ['Ann', 'ann ', 'an', '', "ann' or '1'='1"]) expect(await users.find(name)).toBeUndefined();
  });

  it('are there once, and stay as they were made', async () => {
    const users = await create();
    await users.add(ann);
    expect(await users.add({ ...ann, role: 'admin' })).toBe(false);
    expect(await users.find('ann')).toEqual(ann);
  });

  it('of the tutorial are made where they are missing, and the log says so', async () => {
    const users = await create();
    await users.add({ ...ann, name: 'user1' });
    const lines: { level: string; msg: string }[] = [];
    const log = createLogger({ service: 'test', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
    const passwords = createPasswords();
    for (let start = 0; start < 2; start += 1) await seedUsers({ users, passwords, log });
    expect(await users.find('user1')).toMatchObject({ password: 'a hash' });
    const admin = await users.find('admin1');
    expect(admin?.role).toBe('admin');
    expect(await passwords.isRight('secret', admin?.password)).toBe(true);
    const said = 'for development only: admin1 (admin) and user1 (user) can log in with the password secret';
    expect(lines).toMatchObject([
      { level: 'warn', msg: said },
      { level: 'warn', msg: said },
    ]);
  });
});
