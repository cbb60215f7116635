import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, it } from 'vitest';
import { readServiceConfig } from '../config/service-config.js';
import { StartError } from '../config/setting.js';
import { readAuthConfig } from './auth-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'streamworks-auth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'an old pond, a frog jumps in, the sound of water';

const toPem = (key: KeyObject): string =>
  key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8' }).toString();

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const files: Record<string, string> = {
  'rsa.pem': toPem(rsa.publicKey),
  'p256.pem': toPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
  'ed25519.pem': toPem(generateKeyPairSync('ed25519').publicKey),
  'pkcs1.pem': rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
  'certificate.pem': (await generate([{ name: 'commonName', value: 'issuer' }])).cert,
  'private.pem': toPem(rsa.privateKey),
  'both.pem': toPem(rsa.publicKey) + toPem(rsa.privateKey),
  'short.pem': toPem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
  'p384.pem': toPem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
  'x25519.pem': toPem(generateKeyPairSync('x25519').publicKey),
  'other.pem': 'no key at all',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

const read = (environment: Record<string, string>) => readAuthConfig(environment, pathToFileURL(folder));

describe('readAuthConfig', () => {
  it('is undefined where nothing is set', () => {
    expect(read({})).toBeUndefined();
    expect(read({ AUTH_JWT_SECRET: '', AUTH_ISSUER: '', AUTH_AUDIENCE: 'any' })).toBeUndefined();
    expect(readServiceConfig({}, { service: 'pow', port: 8082 }).auth).toBeUndefined();
  });

  it('reads a secret, and what else is asked of tokens', () => {
    const config = read({ AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: 'https://issuer', AUTH_AUDIENCE: 'pow, sum' });
    expect(config).toMatchObject({
      algorithms: ['HS256'],
      issuer: 'https://issuer',
      audiences: ['pow', 'sum'],
      expiredStreams: 'end',
    });
  });

  it('is part of the config of a service', () => {
    const environment = { AUTH_JWT_SECRET: SECRET, AUTH_EXPIRED_STREAMS: 'keep' };
    const { auth } = readServiceConfig(environment, { service: 'pow', port: 8082 });
    expect(auth).toMatchObject({ expiredStreams: 'keep', issuer: undefined, audiences: undefined });
  });

  it('shows no secret where the config is printed or logged', () => {
    const config = readServiceConfig({ AUTH_JWT_SECRET: SECRET }, { service: 'pow', port: 8082 });
    expect(inspect(config, { depth: null, showHidden: true })).not.toContain('frog');
    expect(JSON.stringify(config)).not.toContain('frog');
  });

  it.each([
    ['rsa.pem', ['RS256']],
    ['pkcs1.pem', ['RS256']],
    ['certificate.pem', ['RS256']],
    ['p256.pem', ['ES256']],
    ['ed25519.pem', ['EdDSA', 'Ed25519']],
  ])('takes the public key of %s for %j', (file, algorithms) => {
    const config = read({ AUTH_JWT_PUBLIC_KEY_FILE: file });
    expect(config).toMatchObject({ algorithms, keys: { type: 'public' } });
  });

  it.each([
    ['private.pem', 'the file holds a private key'],
    ['both.pem', 'the file holds a private key'],
    ['short.pem', 'at least 2048 bits, P-256 or Ed25519, but rsa (1024)'],
    ['p384.pem', 'but ec (secp384r1)'],
    ['x25519.pem', 'but x25519'],
    ['other.pem', 'the file holds no public key or certificate in PEM'],
    ['none.pem', 'the file cannot be read (ENOENT)'],
    ['.', 'the file cannot be read (EISDIR)'],
    ['x\0y', 'the file cannot be read (ERR_INVALID_ARG_VALUE)'],
  ])('refuses %j', (file, problem) => {
    expect(() => read({ AUTH_JWT_PUBLIC_KEY_FILE: file })).toThrow(StartError);
    expect(() => read({ AUTH_JWT_PUBLIC_KEY_FILE: file })).toThrow(problem);
  });

  it('shows nothing of a key that was given in place of its file', () => {
    const message = errorOf({ AUTH_JWT_PUBLIC_KEY_FILE: files['private.pem'] ?? '' });
    const allowed = "the path of a PEM file, from the service's folder, or off";
    expect(message).toBe(`AUTH_JWT_PUBLIC_KEY_FILE=[hidden]: must be ${allowed}`);
  });

  it('says where it looked for a file', () => {
    const path = join(folder, 'none.pem');
    const message = errorOf({ AUTH_JWT_PUBLIC_KEY_FILE: 'none.pem' });
    expect(message).toBe(`AUTH_JWT_PUBLIC_KEY_FILE="${path}": the file cannot be read (ENOENT)`);
  });

  it.each(['https://issuer/keys', 'http://localhost:1/keys', 'http://127.0.0.9/keys', 'http://[::1]:80/keys'])(
    'takes keys from %s',
    (url) => {
      const config = read({ AUTH_JWKS_URL: url });
      expect(config?.keys).toEqual(new URL(url));
      expect(config?.algorithms).toEqual(['RS256', 'ES256', 'EdDSA', 'Ed25519']);
    },
  );

  it.each([
    ['http://issuer/keys', '"http://issuer/keys"'],
    ['http://127.0.0.1.evil.example/keys', '"http://127.0.0.1.evil.example/keys"'],
    ['http://localhost.evil.example/keys', '"http://localhost.evil.example/keys"'],
    ['https://ann:hun@/ter2@issuer/keys', '"https://issuer/keys"'],
    ['https://ann:hunter2@issuer/keys', '"https://issuer/keys"'],
    ['file:///keys', '"file:///keys"'],
    ['keys', '"keys"'],
  ])('takes no keys from %s', (url, shown) => {
    const allowed = 'an https URL without a user, or an http one of this machine, or off';
    expect(errorOf({ AUTH_JWKS_URL: url })).toBe(`AUTH_JWKS_URL=${shown}: must be ${allowed}`);
  });

  it.each([
    [{ AUTH_JWT_SECRET: 'ä'.repeat(15) + 'x' }, 'AUTH_JWT_SECRET=[hidden]: must be at least 32 bytes, or off'],
    [{ AUTH_EXPIRED_STREAMS: 'on' }, 'AUTH_EXPIRED_STREAMS="on": must be end or keep'],
    [{ AUTH_AUDIENCE: 'a,,b' }, 'AUTH_AUDIENCE="a,,b": must be texts with commas between them, or any'],
    [
      { AUTH_JWT_SECRET: SECRET, AUTH_JWKS_URL: 'https://issuer/keys' },
      'AUTH_JWT_SECRET and AUTH_JWKS_URL are set: it may be one of them',
    ],
    ...['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_EXPIRED_STREAMS'].map((variable): [Record<string, string>, string] => [
      { [variable]: 'end' },
      `${variable} is set, but no key to check tokens with: it may be one of AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY_FILE, AUTH_JWKS_URL`,
    ]),
  ])('stops the start for %j', (environment, message) => {
    expect(errorOf(environment)).toBe(message);
  });
});

function errorOf(environment: Record<string, string>): string {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
