import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '@streamworks/common';
import { readSettingRows, toSettingRow } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { laptopSettings, readConfig } from './config.js';

const folder = fileURLToPath(new URL('..', import.meta.url));
const SECRET = 'an old pond, a frog jumps in, the sound of water';

describe('readConfig', () => {
  it('asks for tokens of its own where nothing is set', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      service: 'laptop',
      port: 8084,
      metricsPort: 18084,
      imageLimit: 1_048_576,
      imageMemoryLimit: 67_108_864,
      imageFolder: undefined,
      seedUsers: false,
      peerLogins: 8,
      peerFailures: 100,
      isKeyRandom: true,
      auth: { optional: false, algorithms: ['HS256'] },
      database: { url: 'sqlite:laptop.db', dataDir: join(folder, 'data') },
    });
    expect(config.signing?.key).toBe(config.auth?.keys);
    const keys = [config, readConfig({})].map(({ signing }) => signing?.key.export().toString('hex'));
    expect(keys[0]).toHaveLength(88);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('signs tokens with the secret that they are checked with', () => {
    const environment = { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'one,two' };
    const { signing, isKeyRandom } = readConfig(environment);
    expect(isKeyRandom).toBe(false);
    expect(signing).toMatchObject({ issuer: 'us', audience: 'one' });
    expect(signing?.key.export().toString()).toBe(SECRET);
  });

  it('signs none where it has a public key, or only an address of keys', () => {
    const temporary = mkdtempSync(join(tmpdir(), 'streamworks-laptop-'));
    try {
      const file = join(temporary, 'key.pem');
      writeFileSync(file, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
      for (const environment of [{ AUTH_JWT_PUBLIC_KEY_FILE: file }, { AUTH_JWKS_URL: 'https://issuer/keys' }]) {
        expect(readConfig(environment)).toMatchObject({ signing: undefined, isKeyRandom: false });
      }
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });

  it('lets callers in without a token where it is told to', () => {
    expect(readConfig({ LAPTOP_AUTH: 'optional' }).auth).toMatchObject({ optional: true });
    const { auth, signing } = readConfig({ LAPTOP_AUTH: 'off', AUTH_JWT_SECRET: SECRET });
    expect(auth).toBeUndefined();
    expect(signing?.key).toBeInstanceOf(KeyObject);
  });

  it.each([{}, { LAPTOP_AUTH: 'optional' }])('starts in production with no key of its own making, with %j', (more) => {
    const environment = { NODE_ENV: 'production', ...more };
    expect(() => readConfig(environment)).toThrow(StartError);
    expect(() => readConfig(environment)).toThrow(/^AUTH_JWT_SECRET is not set: under NODE_ENV=production it must be/);
    expect(readConfig({ ...environment, AUTH_JWT_SECRET: SECRET })).toMatchObject({ isKeyRandom: false });
    expect(readConfig({ ...environment, LAPTOP_AUTH: 'off' }).auth).toBeUndefined();
  });

  it('finds the folder of images from that of the package', () => {
    expect(readConfig({ LAPTOP_IMAGES: 'folder:./img' }).imageFolder).toBe(join(folder, 'img'));
    expect(readConfig({ LAPTOP_IMAGES: 'folder:/var/img' }).imageFolder).toBe('/var/img');
  });

  it('has memory for one image at least', () => {
    const environment = { LAPTOP_IMAGE_LIMIT: '100000000' };
    expect(() => readConfig(environment)).toThrow(
      new StartError('LAPTOP_IMAGE_MEMORY="67108864": must be at least LAPTOP_IMAGE_LIMIT, which is 100000000'),
    );
    expect(readConfig({ ...environment, LAPTOP_IMAGE_MEMORY: '100000000' })).toMatchObject({ imageLimit: 100_000_000 });
  });

  it.each([
    ['LAPTOP_AUTH', 'on', 'one of required, optional, off'],
    ['LAPTOP_SEED_USERS', 'yes', 'on or off'],
    ['LAPTOP_IMAGE_LIMIT', '0', 'a number of bytes from 1 to 268435456'],
    ['LAPTOP_IMAGE_MEMORY', '0', 'a number of bytes from 1 to 17179869184'],
    ['LAPTOP_IMAGES', './img', 'database, or folder:PATH'],
    ['LAPTOP_IMAGES', 'folder:', 'database, or folder:PATH'],
    ['LAPTOP_PEER_LOGINS', '0', 'a number from 1 to 100'],
    ['LAPTOP_PEER_FAILURES', '-1', 'a number from 1 to 100000'],
    ['LAPTOP_PORT', 'x', 'a port number from 0 to 65535'],
  ])('refuses %s=%s with a line that says what is allowed', (variable, value, allowed) => {
    expect(() => readConfig({ [variable]: value })).toThrow(
      new StartError(`${variable}="${value}": must be ${allowed}`),
    );
  });
});

it('has its settings in README.md, each as the code has it', () => {
  const rows = readSettingRows(readFileSync(join(folder, 'README.md'), 'utf8'));
  expect(rows).toEqual(Object.values(laptopSettings).map(toSettingRow));
});
