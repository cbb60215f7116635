import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StartError } from '../config/setting.js';
import { toShownValue } from '../config/shown-value.js';
import { toAlgorithms } from './algorithms.js';

/** The key of a PEM file: a public key, or that of a certificate. Throws a {@link StartError} for anything else. */
export function readPublicKeyFile(variable: string, path: string): KeyObject {
  const shown = `${variable}=${toShownValue(variable, path)}`;
  const toStartError = (problem: string): StartError => new StartError(`${shown}: ${problem}`);
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw toStartError(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw toStartError(
      'the file holds a private key: a service needs only the public one, and must not have the other',
    );
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw toStartError('the file holds no public key or certificate in PEM');
  }
  if (toAlgorithms(key) !== undefined) return key;
  throw toStartError(`the key is not RSA with at least 2048 bits, P-256 or Ed25519, but ${describeKey(key)}`);
}

function describeKey({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  const size = details?.namedCurve ?? details?.modulusLength;
  return size === undefined ? String(type) : `${type} (${size})`;
}
