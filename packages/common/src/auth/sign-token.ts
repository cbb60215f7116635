import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import { StartError } from '../config/setting.js';
import { toAlgorithms } from './algorithms.js';

/**
 * Signs a token with a secret or a private key: HS256, RS256, ES256 or EdDSA, by what the key is. Times in the claims are
 * in seconds, as they are in tokens. Throws a {@link StartError} for a key of another kind.
 */
export async function signToken(key: KeyObject, claims: Record<string, unknown>): Promise<string> {
  const [alg] = toAlgorithms(key) ?? [];
  if (alg === undefined)
    throw new StartError('the key to sign with is not RSA with at least 2048 bits, P-256 or Ed25519');
  return new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(key);
}
