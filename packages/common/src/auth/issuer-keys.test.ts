import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatusError } from '../errors/status-error.js';
import { createLogger } from '../logging/create-logger.js';
import { publicKeyAlgorithms, toAlgorithms } from './algorithms.js';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.js';

const UNAVAILABLE = 'UNAVAILABLE: the keys to check the token with cannot be fetched';

interface IssuerKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function createKey(kid: string, pair = generateKeyPairSync('ed25519')): IssuerKey {
  return { kid, privateKey: pair.privateKey, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid } };
}

function sign({ kid, privateKey }: IssuerKey, sub: string): Promise<string> {
  const [alg = ''] = toAlgorithms(privateKey) ?? [];
  return new SignJWT({ sub }).setProtectedHeader({ alg, kid }).sign(privateKey);
}

/** An issuer on a free port; what it answers may be changed. */
async function startIssuer(keys: readonly object[]) {
  const issuer = { answer: { status: 200, body: JSON.stringify({ keys }) }, fetches: 0 };
  const server = createServer((_request, response) => {
    issuer.fetches += 1;
    response.writeHead(issuer.answer.status).end(issuer.answer.body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(issuer, {
    url: new URL(`http://127.0.0.1:${port}/keys?hunter2`),
    publish: (published: readonly object[]) => {
      issuer.answer = { status: 200, body: JSON.stringify({ keys: published }) };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  });
}

function createVerifier(keys: URL) {
  const logs: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>) };
  const config = { keys, algorithms: publicKeyAlgorithms, issuer: undefined, audiences: undefined } as const;
  const log = createLogger({ service: 'test', destination });
  return { logs, ...createTokenVerifier({ ...config, expiredStreams: 'end' }, { log }) };
}

async function outcome(verify: TokenVerifier['verify'], header: string): Promise<string> {
  try {
    const { user } = await verify(header);
    return user.id;
  } catch (error) {
    if (error instanceof StatusError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** Seconds and minutes pass for the clocks, and at once. */
const pass = (seconds: number): unknown => vi.advanceTimersByTime(seconds * 1_000);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('the keys of an issuer', () => {
  it('check tokens of every kind, and are fetched once', async () => {
    const keys = [
      createKey('rsa', generateKeyPairSync('rsa', { modulusLength: 2048 })),
      createKey('p256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      createKey('ed25519'),
    ];
    await using issuer = await startIssuer(keys.map(({ jwk }) => jwk));
    const { verify } = createVerifier(issuer.url);
    const tokens = await Promise.all(keys.map((key) => sign(key, key.kid)));
    const users = await Promise.all(tokens.map((token) => outcome(verify, token)));
    expect(users).toEqual(['rsa', 'p256', 'ed25519']);
    expect(issuer.fetches).toBe(1);
  });

  it('are fetched again for a token with a new key, though not within 30 s', async () => {
    const [old, next] = [createKey('old'), createKey('new')];
    await using issuer = await startIssuer([old.jwk]);
    const { verify } = createVerifier(issuer.url);
    expect(await outcome(verify, await sign(old, 'ann'))).toBe('ann');
    issuer.publish([old.jwk, next.jwk]);
    const token = await sign(next, 'bob');
    expect(await outcome(verify, token)).toBe("UNAUTHENTICATED: the token is signed with none of the issuer's keys");
    expect(issuer.fetches).toBe(1);
    pass(30);
    expect(await outcome(verify, token)).toBe('bob');
    expect(issuer.fetches).toBe(2);
  });

  it('count no longer once they are withdrawn: those of new tokens after ten minutes', async () => {
    const [old, next] = [createKey('old'), createKey('new')];
    await using issuer = await startIssuer([old.jwk]);
    const { verify } = createVerifier(issuer.url);
    const token = await sign(old, 'ann');
    expect(await outcome(verify, token)).toBe('ann');
    issuer.publish([next.jwk]);
    pass(600);
    expect(await outcome(verify, token)).toMatch(/^UNAUTHENTICATED: .* none of the issuer's keys$/);
  });

  it('refuse a token of an unknown key with a known name, and a token that names none of several', async () => {
    const keys = [createKey('a'), createKey('b')];
    await using issuer = await startIssuer(keys.map(({ jwk }) => jwk));
    const { verify } = createVerifier(issuer.url);
    expect(await outcome(verify, await sign(createKey('a'), 'ann'))).toMatch(/signature does not match$/);
    const nameless = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'EdDSA' }).sign(keys[0]!.privateKey);
    expect(await outcome(verify, nameless)).toBe(
      'UNAUTHENTICATED: the token must name its key (kid): there are several',
    );
  });

  it('are never secrets, even where the issuer publishes one', async () => {
    const secret = randomBytes(32);
    await using issuer = await startIssuer([{ kty: 'oct', k: secret.toString('base64url'), kid: 'a', alg: 'HS256' }]);
    const { verify } = createVerifier(issuer.url);
    const token = await new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg: 'HS256', kid: 'a' }).sign(secret);
    expect(await outcome(verify, token)).toBe(
      'UNAUTHENTICATED: the token must be signed with RS256 or ES256 or EdDSA or Ed25519',
    );
  });
});

describe('an issuer that fails', () => {
  it.each([
    ['with an error', { status: 500, body: '' }],
    ['with no JSON', { status: 200, body: '<html>' }],
    ['with no set of keys', { status: 200, body: '{}' }],
    ['with another address', { status: 302, body: '' }],
  ])('%s makes calls UNAVAILABLE until it answers, with one warning', async (_name, answer) => {
    const key = createKey('a');
    await using issuer = await startIssuer([key.jwk]);
    const { verify, logs } = createVerifier(issuer.url);
    issuer.answer = answer;
    const tokens = await Promise.all(['ann', 'bob', 'eve'].map((name) => sign(key, name)));
    for (const token of tokens) expect(await outcome(verify, token)).toBe(UNAVAILABLE);
    expect(issuer.fetches).toBe(1);
    issuer.publish([key.jwk]);
    pass(5);
    for (const token of tokens) expect(await outcome(verify, token)).toMatch(/^(ann|bob|eve)$/);
    expect(logs.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(JSON.stringify(logs)).not.toContain('hunter2');
  });

  it('by not being there makes calls UNAVAILABLE, with one warning however long it takes', async () => {
    const key = createKey('a');
    const { url } = await startAndStop();
    const { verify, logs } = createVerifier(url);
    for (let minute = 0; minute < 3; minute += 1) {
      expect(await outcome(verify, await sign(key, 'ann'))).toBe(UNAVAILABLE);
      pass(60);
    }
    expect(logs).toMatchObject([{ level: 'warn', url: url.origin + url.pathname }]);
  });

  it('stops nobody whose key is known, whoever asks for keys that are not', async () => {
    const key = createKey('a');
    await using issuer = await startIssuer([key.jwk]);
    const { verify } = createVerifier(issuer.url);
    expect(await outcome(verify, await sign(key, 'ann'))).toBe('ann');
    issuer.answer = { status: 503, body: '' };
    pass(60);
    expect(await outcome(verify, await sign(createKey('b'), 'eve'))).toBe(UNAVAILABLE);
    expect(await outcome(verify, await sign(key, 'bob'))).toBe('bob');
  });
});

/** An issuer at whose address nobody listens any more. */
async function startAndStop() {
  await using issuer = await startIssuer([]);
  return issuer;
}
