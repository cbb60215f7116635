import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readServiceConfig, StartError, type Environment } from '../../src/index.js';
import { createCa } from '../support/certificates.js';
import { callOnce, startAnswering } from '../support/tls-calls.js';

const ca = await createCa();
const [good, other, expired] = [await ca.issue(), await ca.issue(), await ca.issue({ days: -1 })];
const { privateKey: encrypted } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
});

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const contents = {
  'ca.pem': ca.cert,
  'cert.pem': good.cert,
  'key.pem': good.key,
  'other-key.pem': other.key,
  'expired.pem': expired.cert,
  'expired-key.pem': expired.key,
  'encrypted-key.pem': encrypted,
  'text.pem': 'no PEM at all',
};
for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);

const read = (environment: Environment) =>
  readServiceConfig(environment, { service: 'test', port: 0, folder: pathToFileURL(`${folder}/`) });
const start = (environment: Environment) => startAnswering({ config: { tls: read(environment).tls } });
const both = { TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' };

describe('TLS_…', () => {
  it('is off where nothing is said', () => {
    expect(read({}).tls).toBeUndefined();
    expect(read({ TLS_CERT: 'off', TLS_KEY: '', TLS_CLIENT_CA: 'off', TLS_RELOAD_INTERVAL: '1s' }).tls).toBeUndefined();
  });

  it('begins relative paths at the folder of the service, and leaves absolute ones', () => {
    expect(read({ ...both, TLS_CLIENT_CA: '/ca.pem', TLS_RELOAD_INTERVAL: '2s' }).tls).toEqual({
      cert: join(folder, 'cert.pem'),
      key: join(folder, 'key.pem'),
      clientCa: '/ca.pem',
      reloadIntervalMs: 2_000,
    });
  });

  it.each([
    [{ TLS_CERT: 'a' }, 'TLS_CERT is set and TLS_KEY is not: TLS needs both'],
    [{ TLS_KEY: 'a' }, 'TLS_KEY is set and TLS_CERT is not: TLS needs both'],
    [{ TLS_CLIENT_CA: 'a' }, 'TLS_CLIENT_CA is set and TLS_CERT is not: it needs TLS'],
    [{ TLS_KEY: good.key }, 'TLS_KEY=[hidden]: must be the path of a PEM file, or off'],
    [{ TLS_RELOAD_INTERVAL: '0' }, 'TLS_RELOAD_INTERVAL="0": must be a duration of at least 100ms, such as 10s'],
  ])('stops the start in one line: %j', (environment, message) => {
    expect(() => read(environment)).toThrow(new StartError(message));
  });
});

describe('files', () => {
  it('secure the service, and are in its log', async () => {
    await using server = await start(both);
    expect(await callOnce(server.target, { tls: { ca: ca.cert } })).toBe('secured');
    const line = server.logs.find(({ msg }) => msg === 'TLS is on');
    expect(line).toMatchObject({
      level: 'info',
      cert: join(folder, 'cert.pem'),
      key: join(folder, 'key.pem'),
      subject: 'CN=localhost,O=Streamworks',
    });
    expect(server.logs.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('of a certificate that has expired are a warning', async () => {
    await using server = await start({ TLS_CERT: 'expired.pem', TLS_KEY: 'expired-key.pem' });
    const [warning] = server.logs.filter(({ level }) => level === 'warn');
    expect(warning).toMatchObject({ msg: 'the TLS certificate has expired: clients will refuse it' });
  });

  it.each([
    [{ TLS_CERT: 'none.pem' }, 'TLS_CERT: @/none.pem cannot be read: there is no such file (a relative path begins at'],
    [{ TLS_KEY: '.' }, 'TLS_KEY: @ cannot be read: it is a folder'],
    [{ TLS_CERT: 'text.pem' }, 'TLS_CERT: @/text.pem holds no whole certificate in PEM'],
    [{ TLS_KEY: 'text.pem' }, 'TLS_KEY: @/text.pem holds no private key in PEM'],
    [
      { TLS_KEY: 'encrypted-key.pem' },
      'TLS_KEY: @/encrypted-key.pem is encrypted: a key without a passphrase is needed',
    ],
    [{ TLS_KEY: 'other-key.pem' }, 'TLS_KEY: @/other-key.pem is not the key of TLS_CERT: @/cert.pem'],
    [{ TLS_CLIENT_CA: 'key.pem' }, 'TLS_CLIENT_CA: @/key.pem holds no whole certificate in PEM'],
    [{ TLS_CLIENT_CA: 'none.pem' }, 'TLS_CLIENT_CA: @/none.pem cannot be read: there is no such file'],
  ])('that cannot be used stop the start in one line: %j', async (environment, message) => {
    const error: unknown = await start({ ...both, ...environment }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toContain(message.replaceAll('@', folder));
    expect((error as Error).message).not.toContain('\n');
  });
});

describe('an address that is open', () => {
  const secret = { AUTH_JWT_SECRET: 'an old pond, a frog jumps in, the sound of water' };
  const [without, everything] = ['without TLS', 'for callers without a token, who may do everything'];
  it.each([
    [{}, {}, `${without} or authentication`],
    [secret, {}, `${without}: tokens can be read on their way`],
    [secret, { optional: true }, `${without}, ${everything}`],
    [{ ...secret, ...both }, { optional: true }, everything],
    [{ ...secret, ...both }, {}, undefined],
    [both, {}, undefined],
  ])('warns of what others may do: %#', async (environment, optional, risk) => {
    const { tls, auth } = read(environment);
    const config = { host: '0.0.0.0', tls, auth: auth && { ...auth, ...optional } };
    await using server = await startAnswering({ config });
    const warnings = server.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    expect(warnings).toEqual(risk === undefined ? [] : [`listening beyond this machine ${risk}`]);
  });
});
