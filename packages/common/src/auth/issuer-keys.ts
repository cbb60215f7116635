import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { JWKSMultipleMatchingKeys, JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { createRemoteJWKSet, customFetch, type FetchImplementation } from 'jose/jwks/remote';
import { StatusError } from '../errors/status-error.js';
import type { Logger } from '../logging/create-logger.js';

/** For how long the issuer is left alone after it did not answer: callers must not make it a target. */
const PAUSE_MS = 5_000;

/**
 * The keys that an issuer publishes: fetched when the first token comes, then every ten minutes, and when a token names
 * an unknown key, though not within 30 s. Where they cannot be had the token's call is UNAVAILABLE, as it may well be
 * good. The log gets one warning when that begins, and one line when it is over.
 */
export function createIssuerKeys(url: URL, log: Logger): JWTVerifyGetKey {
  const address = url.origin + url.pathname; // a query may hold a secret
  let failedAt = -Infinity;
  let isFailing = false;
  const fetchKeys: FetchImplementation = async (...request) => {
    if (performance.now() < failedAt + PAUSE_MS) throw new Error('the issuer did not answer a moment ago');
    try {
      const body = await readBody(await fetch(...request));
      if (isFailing) log.info({ url: address }, "the issuer's keys can be fetched again");
      isFailing = false;
      return body;
    } catch (error) {
      failedAt = performance.now();
      throw error;
    }
  };
  const keys = createRemoteJWKSet(url, { [customFetch]: fetchKeys });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys) throw error;
      if (!isFailing) log.warn({ err: error, url: address }, "the issuer's keys cannot be fetched");
      isFailing = true;
      throw new StatusError('UNAVAILABLE', 'the keys to check the token with cannot be fetched', { cause: error });
    }
  };
}

/** A key set as jose takes it, read and looked at before it counts as fetched. */
async function readBody(response: Response): Promise<Response> {
  if (response.status !== 200) {
    await response.body?.cancel(); // unread, it would hold its connection
    throw new Error(`the issuer answered with HTTP status ${response.status}`);
  }
  const body = (await response.json()) as JSONWebKeySet; // createLocalJWKSet throws where it is none
  createLocalJWKSet(body);
  return Response.json(body);
}
