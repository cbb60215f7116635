import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../errors/status-error.js';
import { createLogger } from '../logging/create-logger.js';
import { toAlgorithms } from './algorithms.js';
import type { AuthConfig } from './auth-settings.js';
import { signToken } from './sign-token.js';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.js';

const secret = createSecretKey('an old pond, a frog jumps in, the sound of water', 'utf8');
const otherSecret = createSecretKey('another secret that is also long enough for it', 'utf8');
const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

const log = createLogger({ service: 'test', logLevel: 'silent' });

/** Where the clock of the tests stands at first, in seconds. */
const START = 1_800_000_000;

/** A verifier whose clock the test moves. */
function createClockedVerifier(settings: Partial<AuthConfig> = {}, maxTokens?: number) {
  const keys = (settings.keys ?? secret) as KeyObject; // sets of keys have tests of their own
  const config: AuthConfig = {
    keys,
    algorithms: toAlgorithms(keys) ?? [],
    issuer: undefined,
    audiences: undefined,
    expiredStreams: 'end',
    ...settings,
  };
  const clock = { seconds: START };
  const options = { log, now: () => clock.seconds * 1_000, ...(maxTokens !== undefined && { maxTokens }) };
  return { clock, ...createTokenVerifier(config, options) };
}

/** How verifying ended: the code and message of the error, or the id of the user. */
async function outcome(verify: TokenVerifier['verify'], header: string | undefined): Promise<string> {
  try {
    const { user } = await verify(header);
    return user.id;
  } catch (error) {
    if (error instanceof StatusError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token made by hand: what no library would sign. */
function forge(header: unknown, claims: unknown, key: string | Buffer = secret.export()): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

const UNREADABLE = 'UNAUTHENTICATED: the token is no signed JWT that can be read';
const good = await signToken(secret, { sub: 'ann', exp: START + 600 });

describe('a token verifier', () => {
  it('says who the user is and when the token expires', async () => {
    const { verify } = createClockedVerifier();
    const claims = { sub: 'ann', role: 'admin', roles: ['admin', 'editor'], exp: START + 60, team: { name: 'a' } };
    expect(await verify(await signToken(secret, claims))).toEqual({
      user: { id: 'ann', roles: ['admin', 'editor'], claims },
      expiresAt: new Date((START + 60) * 1_000),
    });
  });

  it.each(['', 'Bearer ', 'bearer ', 'BEARER  '])('takes the token after %j', async (scheme) => {
    const { verify } = createClockedVerifier();
    expect(await outcome(verify, scheme + good)).toBe('ann');
  });

  it.each(Object.entries(pairs))('takes %s', async (_algorithm, { privateKey, publicKey }) => {
    const { verify } = createClockedVerifier({ keys: publicKey });
    expect(await outcome(verify, await signToken(privateKey, { sub: 'ann' }))).toBe('ann');
  });

  it.each([
    [{ username: 'bob' }, 'bob', []],
    [{ sub: 'ann', username: 'bob', role: ['a', 'b'] }, 'ann', ['a', 'b']],
    [{ sub: 'ann', roles: 'a' }, 'ann', ['a']],
  ])('reads id and roles of %j', async (claims, id, roles) => {
    const { verify } = createClockedVerifier();
    expect(await verify(await signToken(secret, claims))).toMatchObject({ user: { id, roles }, expiresAt: undefined });
  });

  it.each([{}, { sub: '' }, { sub: 5, username: 'bob' }, { sub: null }, { username: ['bob'] }])(
    'refuses the user of %j',
    async (claims) => {
      const { verify } = createClockedVerifier();
      expect(await outcome(verify, forge({ alg: 'HS256' }, claims))).toMatch(
        /^UNAUTHENTICATED: the token names no user/,
      );
    },
  );

  it('refuses roles that are no text', async () => {
    const { verify } = createClockedVerifier();
    for (const claims of [{ role: 5 }, { roles: [['admin']] }, { roles: { admin: true } }]) {
      const token = await signToken(secret, { sub: 'ann', ...claims });
      expect(await outcome(verify, token)).toMatch(/^UNAUTHENTICATED: the token's roles are neither/);
    }
  });

  it('gives users that nobody can change', async () => {
    const { verify } = createClockedVerifier();
    const { user } = await verify(await signToken(secret, { sub: 'ann', role: 'a', team: { name: 'a' } }));
    for (const part of [user, user.roles, user.claims, user.claims['team']]) expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('a token verifier refuses', () => {
  const header = { alg: 'HS256', typ: 'JWT' };
  const claims = { sub: 'ann' };
  const [, payload = '', signature = ''] = good.split('.');

  it.each([
    ['no token', undefined, 'UNAUTHENTICATED: there is no token: send it as authorization metadata'],
    ['an empty value', '', 'UNAUTHENTICATED: there is no token: the authorization metadata is empty'],
    ['a scheme alone', 'Bearer', 'UNAUTHENTICATED: there is no token: the authorization metadata is empty'],
    ['another scheme', 'Basic YW5uOmh1bnRlcjI=', UNREADABLE],
    ['a text', 'hunter2', UNREADABLE],
    ['two tokens', `${good}, ${good}`, UNREADABLE],
    ['a token with a blank behind it', `${good} `, UNREADABLE],
    ['a padded token', `${good}=`, UNREADABLE],
    ['a long token', `Bearer ${'x'.repeat(8192)}`, 'UNAUTHENTICATED: the token is longer than 8192 bytes'],
    ['a truncated token', good.slice(0, -5), "UNAUTHENTICATED: the token's signature does not match"],
    ['a token without its last part', good.slice(0, good.lastIndexOf('.')), UNREADABLE],
    ['another payload', [encode(header), encode(claims), signature].join('.'), /signature does not match/],
    ['another secret', forge(header, claims, otherSecret.export()), /signature does not match/],
    ['alg none', `${encode({ alg: 'none' })}.${payload}.`, 'UNAUTHENTICATED: the token must be signed with HS256'],
    ['alg None', `${encode({ alg: 'None' })}.${payload}.${signature}`, /must be signed with HS256/],
    ['another alg', forge({ alg: 'HS512' }, claims), 'UNAUTHENTICATED: the token must be signed with HS256'],
    ['no alg', forge({ typ: 'JWT' }, claims), UNREADABLE],
    ['an alg of all objects', forge({ alg: 'toString' }, claims), /must be signed with HS256/],
    ['an unknown extension', forge({ alg: 'HS256', crit: ['x'], x: 1 }, claims), UNREADABLE],
    ['no list of extensions', forge({ alg: 'HS256', crit: [] }, claims), UNREADABLE],
    ['a payload that is not encoded', forge({ alg: 'HS256', crit: ['b64'], b64: false }, claims), UNREADABLE],
    ['a payload that is no object', forge(header, 'ann'), UNREADABLE],
    ['an expiry that is no number', forge(header, { sub: 'ann', exp: '9999999999' }), UNREADABLE],
    ['an expired token', forge(header, { sub: 'ann', exp: START }), 'UNAUTHENTICATED: the token has expired'],
    ['a token of tomorrow', forge(header, { sub: 'ann', nbf: START + 1 }), /: the token is not valid yet$/],
  ])('%s', async (_name, token, message) => {
    const { verify } = createClockedVerifier();
    expect(await outcome(verify, token)).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it.each(Object.entries(pairs))('a secret that is the public key, for %s', async (algorithm, { publicKey }) => {
    const { verify } = createClockedVerifier({ keys: publicKey });
    const forms = [
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'der', type: 'spki' }),
    ];
    for (const form of forms) {
      const forged = forge({ alg: 'HS256' }, claims, form);
      expect(await outcome(verify, forged)).toContain(`the token must be signed with ${algorithm}`);
      expect(await outcome(verify, forged.replace(/^[^.]+/, encode({ alg: algorithm })))).toMatch(/does not match$/);
    }
  });

  it('tokens of another key of the same kind', async () => {
    const { verify } = createClockedVerifier({ keys: pairs.ES256.publicKey });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await outcome(verify, await signToken(privateKey, claims))).toMatch(/signature does not match$/);
    expect(await outcome(verify, await signToken(pairs.RS256.privateKey, claims))).toMatch(/signed with ES256$/);
  });

  it('other issuers and audiences, and none', async () => {
    const { verify } = createClockedVerifier({ issuer: 'a', audiences: ['pow', 'sum'] });
    const verified = async (more: object): Promise<string> =>
      outcome(verify, await signToken(secret, { sub: 'ann', iss: 'a', aud: 'sum', ...more }));
    expect(await verified({})).toBe('ann');
    expect(await verified({ aud: ['x', 'pow'] })).toBe('ann');
    for (const iss of ['b', undefined]) expect(await verified({ iss })).toMatch(/from another issuer/);
    for (const aud of ['x', ['x'], [], undefined]) expect(await verified({ aud })).toMatch(/for another audience/);
  });

  it('every token with a change in it, and tells nothing of it', async () => {
    const { verify } = createClockedVerifier();
    const change = fc.tuple(fc.nat({ max: good.length - 2 }), fc.constantFrom('A', '_', '.', ' ', '{', 'é', ''));
    await fc.assert(
      fc.asyncProperty(change, async ([at, character]) => {
        const changed = good.slice(0, at) + character + good.slice(at + 1);
        fc.pre(changed !== good);
        const result = await outcome(verify, changed);
        expect(result).toMatch(
          /^UNAUTHENTICATED: the token('s signature does not match| is no signed| must be signed)/,
        );
      }),
    );
  });

  it('anything that is no token', async () => {
    const { verify } = createClockedVerifier();
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
        expect(await outcome(verify, parts.join('.'))).toMatch(/^UNAUTHENTICATED: /);
      }),
    );
  });
});

describe('a token that was verified', () => {
  const tokenOf = (name: string, more: object = {}): Promise<string> => signToken(secret, { sub: name, ...more });

  it('gives its result at once, and the same', async () => {
    const { verify } = createClockedVerifier();
    const first = await verify(good);
    expect(verify(`bearer ${good}`)).toBe(first);
  });

  it('is verified once for calls that come together', () => {
    const { verify } = createClockedVerifier();
    expect(verify(good)).toBe(verify(`Bearer ${good}`));
  });

  it('is verified again after a minute', async () => {
    const { verify, clock } = createClockedVerifier();
    const first = await verify(good);
    clock.seconds += 59.999;
    expect(verify(good)).toBe(first);
    clock.seconds += 0.001;
    const again = verify(good);
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toEqual(first);
  });

  it('is verified again where the clock was set back', async () => {
    const { verify, clock } = createClockedVerifier();
    await verify(good);
    clock.seconds -= 1;
    expect(verify(good)).toBeInstanceOf(Promise);
  });

  it('is refused at once when it has expired, or is not valid yet because the clock was set back', async () => {
    const { verify, clock } = createClockedVerifier();
    const token = await tokenOf('ann', { nbf: START, exp: START + 10 });
    await verify(token);
    clock.seconds = START + 9.999;
    expect(verify(token)).not.toBeInstanceOf(Promise);
    clock.seconds = START + 10;
    expect(() => verify(token)).toThrow('the token has expired');
    clock.seconds = START - 1;
    expect(() => verify(token)).toThrow('the token is not valid yet');
  });

  it('is not valid for a part of a second after an expiry with a fraction', async () => {
    const { verify, clock } = createClockedVerifier();
    clock.seconds = START + 0.6;
    expect(await outcome(verify, await tokenOf('ann', { exp: START + 0.5 }))).toMatch(/has expired$/);
  });

  it('has no expiry that a date could not hold', async () => {
    const { verify } = createClockedVerifier();
    expect(await verify(await tokenOf('ann', { exp: 1e300 }))).toMatchObject({ expiresAt: undefined });
  });

  it('is forgotten when others were used after it', async () => {
    const { verify } = createClockedVerifier({}, 2);
    const [ann = '', bob = '', eve = ''] = await Promise.all(['ann', 'bob', 'eve'].map((name) => tokenOf(name)));
    for (const token of [ann, bob, ann, eve]) await verify(token);
    expect([ann, eve, bob].map((token) => verify(token) instanceof Promise)).toEqual([false, false, true]);
  });

  it('is not displaced by tokens that are refused', async () => {
    const { verify } = createClockedVerifier({}, 1);
    await verify(good);
    for (let count = 0; count < 10; count += 1) {
      const forged = forge({ alg: 'HS256' }, { sub: `eve ${count}` }, otherSecret.export());
      expect(await outcome(verify, forged)).toMatch(/does not match$/);
    }
    expect(verify(good)).not.toBeInstanceOf(Promise);
  });
});
