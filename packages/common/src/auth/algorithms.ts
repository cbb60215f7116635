import type { KeyObject } from 'node:crypto';

/** What the keys of an issuer may sign with. Nothing symmetric: a public key is no secret. */
export const publicKeyAlgorithms: readonly string[] = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];

const LEAST_RSA_BITS = 2048;

/**
 * The algorithms that a key signs or checks tokens with, by what the key is: a token has no say in it. The first is the
 * one to sign with; undefined for a key that tokens cannot be trusted with.
 */
export function toAlgorithms(key: KeyObject): readonly [string, ...string[]] | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (key.type === 'secret') return ['HS256'];
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= LEAST_RSA_BITS ? ['RS256'] : undefined;
  if (type === 'ec') return details?.namedCurve === 'prime256v1' ? ['ES256'] : undefined;
  return type === 'ed25519' ? ['EdDSA', 'Ed25519'] : undefined;
}
