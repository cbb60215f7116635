import { createSecretKey } from 'node:crypto';
import { createTestContext } from '@streamworks/common/testing';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseUserStore } from '../database-user-store.js';
import { createLogin, type LoginDependencies } from './login.js';
import { createLoginLimits } from '../login-limits.js';
import { migrations, type LaptopSchema } from '../migrations.js';
import { createPasswords } from '../passwords.js';

const passwords = createPasswords();
const key = createSecretKey('an old pond, a frog jumps in, the sound of water', 'utf8');
const signing = { key, issuer: undefined, audience: undefined };
const most = { peerLogins: 8, peerFailures: 100 };
const wrong = { code: 'UNAUTHENTICATED', message: 'the name or the password is wrong', details: [] };

let databases: TestDatabases;
let users: LoginDependencies['users'];
beforeAll(async () => {
  databases = await startDatabases('sqlite');
  users = createDatabaseUserStore(await databases.open<LaptopSchema>(migrations));
  await users.add({ name: 'ann', role: 'admin', password: await passwords.hash('secret') });
}, 30_000);
afterAll(() => databases[Symbol.asyncDispose]());

function create(changes: Partial<LoginDependencies> = {}) {
  const login = createLogin({ users, passwords, limits: createLoginLimits(most), signing, ...changes });
  return async (username: string, password: string, peer = '127.0.0.1:1') =>
    String((await login({ username, password }, createTestContext({ peer }))).accessToken);
}

const readPart = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as unknown;

describe('login', { timeout: 60_000 }, () => {
  it('gives a token for 15 minutes that says who and in which role', async () => {
    const token = await create({ now: () => 1_700_000_000_999 })('ann', 'secret');
    expect(readPart(token, 0)).toEqual({ alg: 'HS256', typ: 'JWT' });
    const claims = { sub: 'ann', username: 'ann', role: 'admin', iat: 1_700_000_000, exp: 1_700_000_900 };
    expect(readPart(token, 1)).toEqual(claims);
  });

  it('says what the settings ask of tokens', async () => {
    const login = create({ signing: { key, issuer: 'streamworks', audience: 'laptops' } });
    expect(readPart(await login('ann', 'secret'), 1)).toMatchObject({ iss: 'streamworks', aud: 'laptops' });
  });

  it('says the same of a wrong name and a wrong password', async () => {
    const login = create();
    for (const [name, password] of [
      ['ann', 'Secret'],
      ['ann', ''],
      ['bob', 'secret'],
      ['', ''],
    ] as const) {
      await expect(login(name, password)).rejects.toMatchObject(wrong);
    }
  });

  it('refuses what is too long, and a name with U+0000', async () => {
    const login = create();
    const bad = (field: string) => ({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(`^${field}: `) });
    await expect(login('x'.repeat(129), 'secret')).rejects.toMatchObject(bad('username'));
    await expect(login('ann\0', 'secret')).rejects.toMatchObject(bad('username'));
    await expect(login('ann', 'x'.repeat(1025))).rejects.toMatchObject(bad('password'));
  });

  it('bears five wrong passwords in a minute from one peer, on whatever ports', async () => {
    const clock = { now: 0 };
    const login = create({ limits: createLoginLimits({ ...most, now: () => clock.now }) });
    const attempts = [1, 2, 3, 4, 5].map((port) => login('ann', 'wrong', `127.0.0.1:${port}`));
    await Promise.all(attempts.map((attempt) => expect(attempt).rejects.toMatchObject(wrong)));
    await expect(login('ann', 'secret', '127.0.0.1:6')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'too many wrong passwords: try again in 60 s',
      details: [{ type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: 60n } } }],
    });
    expect(await login('ann', 'secret', '127.0.0.2:1')).toContain('.');
    await expect(login('bob', 'secret')).rejects.toMatchObject(wrong);
    clock.now += 60_000;
    expect(await login('ann', 'secret')).toContain('.');
  });

  it('bears as many wrong names as wrong passwords', async () => {
    const login = create();
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(login('bob', 'x')).rejects.toMatchObject(wrong);
    await expect(login('bob', 'x')).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });

  it('says when there are too many from one address', async () => {
    const login = create({ limits: createLoginLimits({ peerLogins: 1, peerFailures: 1 }) });
    const first = login('bob', 'x');
    await expect(login('ann', 'secret')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'too many logins at once: try again in 1 s',
      details: [{ type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: 1n } } }],
    });
    await expect(first).rejects.toMatchObject(wrong);
    await expect(login('ann', 'secret')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'too many wrong passwords from this address: try again in 60 s',
    });
    expect(await login('ann', 'secret', '127.0.0.2:1')).toContain('.');
  });

  it('gives none where only others sign', async () => {
    const login = create({ signing: undefined });
    await expect(login('ann', 'secret')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });
});
