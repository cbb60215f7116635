import { KeyObject, webcrypto } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose/jwt/verify';
import type { Logger } from '../logging/create-logger.js';
import { createBoundedMap } from '../memory/bounded-map.js';
import type { AuthConfig } from './auth-settings.js';
import { createIssuerKeys } from './issuer-keys.js';
import { checkForm, readToken } from './read-token.js';
import { tokenError, toTokenError } from './token-error.js';
import { toUser, type User } from './user.js';

/** What is known of a call whose token is good. Calls with the same token are given the same object. */
export interface VerifiedToken {
  readonly user: User;
  /** Undefined: the token does not expire. */
  readonly expiresAt: Date | undefined;
}

/** Says whose a call is, by its token. */
export interface TokenVerifier {
  /**
   * Takes the value of the metadata `authorization`: the token, or `Bearer` and the token. A token that was verified a
   * moment ago gives its result at once, and any other one a promise. Throws or rejects with UNAUTHENTICATED and what
   * is wrong with the token, or with UNAVAILABLE where the keys to check it with cannot be fetched.
   */
  verify(header: string | undefined): VerifiedToken | Promise<VerifiedToken>;
}

/** What a verifier is made with, besides the settings. */
export interface TokenVerifierOptions {
  /** Gets a warning when the issuer's keys cannot be fetched. */
  readonly log: Logger;
  /** The time of day, in milliseconds. Default: that of the machine. */
  readonly now?: () => number;
  /** How many verified tokens are remembered; the one that was not used for the longest time goes first. Default: 1000. */
  readonly maxTokens?: number;
}

/** A verified token, with the times in milliseconds between which it need not be verified again. */
interface Entry {
  readonly token: VerifiedToken;
  readonly verifiedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number;
}

const MAX_TOKENS = 1_000;

/** For how long a verified token is believed: a key that the issuer withdraws counts no longer than that. */
const BELIEVED_MS = 60_000;

/** The last moment that a Date can hold. */
const LAST_DATE_MS = 8.64e15;

/**
 * Makes a verifier. To verify costs a trip to the thread pool, so tokens that are good are remembered, for a minute at
 * most and no longer than they are valid. Those that are not are forgotten at once: they could be any number.
 */
export function createTokenVerifier(config: AuthConfig, options: TokenVerifierOptions): TokenVerifier {
  const { now = () => Date.now(), maxTokens = MAX_TOKENS } = options;
  const verified = createBoundedMap<string, Entry>(maxTokens);
  const verifying = new Map<string, Promise<VerifiedToken>>();
  const check = createCheck(config, options.log);

  const verifyAnew = async (text: string): Promise<VerifiedToken> => {
    try {
      const entry = toEntry(await check(text, now()), now());
      verified.set(text, entry);
      return entry.token;
    } finally {
      verifying.delete(text);
    }
  };
  return {
    verify(header) {
      const text = readToken(header);
      const entry = verified.get(text);
      if (entry !== undefined && isBelieved(entry, now())) return entry.token;
      const running = verifying.get(text);
      if (running !== undefined) return running;
      checkForm(text);
      const result = verifyAnew(text);
      verifying.set(text, result);
      return result;
    },
  };
}

/** Throws where the token is not valid at this time. */
function isBelieved({ verifiedAt, notBefore, expiresAt }: Entry, now: number): boolean {
  if (now >= expiresAt) throw tokenError('the token has expired');
  if (now < notBefore) throw tokenError('the token is not valid yet');
  return now >= verifiedAt && now < verifiedAt + BELIEVED_MS; // not where the clock was set back
}

function toEntry(claims: JWTPayload, now: number): Entry {
  const expiresAt = (claims.exp ?? Infinity) * 1_000;
  const entry = {
    token: Object.freeze({
      user: toUser(claims),
      expiresAt: expiresAt <= LAST_DATE_MS ? new Date(expiresAt) : undefined,
    }),
    verifiedAt: now,
    notBefore: (claims.nbf ?? -Infinity) * 1_000,
    expiresAt,
  };
  isBelieved(entry, now); // jose counts in whole seconds, and time has passed
  return entry;
}

/** What checks a token's signature and claims, and gives the claims. */
function createCheck(
  { keys, algorithms, issuer, audiences }: AuthConfig,
  log: Logger,
): (text: string, now: number) => Promise<JWTPayload> {
  const getKey = keys instanceof URL ? createIssuerKeys(keys, log) : createKeySource(keys);
  const expected: JWTVerifyOptions = {
    algorithms: [...algorithms],
    ...(issuer !== undefined && { issuer }),
    ...(audiences !== undefined && { audience: [...audiences] }),
  };
  return async (text, now) => {
    try {
      const { payload } = await jwtVerify(text, getKey, { ...expected, currentDate: new Date(now) });
      return payload;
    } catch (error) {
      throw toTokenError(error, algorithms);
    }
  };
}

/** A secret is imported once: jose would do it for every token. */
function createKeySource(key: KeyObject): JWTVerifyGetKey {
  if (key.type !== 'secret') return async () => key;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = webcrypto.subtle.importKey('raw', key.export(), algorithm, false, ['verify']);
  return () => imported;
}
