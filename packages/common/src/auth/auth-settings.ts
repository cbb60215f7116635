import { createSecretKey, type KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readSettings, StartError, type Environment, type Setting } from '../config/setting.js';
import { publicKeyAlgorithms, toAlgorithms } from './algorithms.js';
import { readPublicKeyFile } from './public-key-file.js';

/** What a service asks of tokens. Nothing of a key shows where it is printed or logged. */
export interface AuthConfig {
  /** What tokens are checked with: one key, or where the issuer publishes its keys. */
  readonly keys: KeyObject | URL;
  /** What tokens may be signed with. */
  readonly algorithms: readonly string[];
  /** The `iss` that a token must have; undefined: any or none. */
  readonly issuer: string | undefined;
  /** A token must have one of these in its `aud`; undefined: any or none. */
  readonly audiences: readonly string[] | undefined;
  /** Whether a stream ends when the token expires that it was opened with. */
  readonly expiredStreams: 'end' | 'keep';
  /** Whether a call without a token may do everything; a bad token is refused all the same. Default: false. */
  readonly optional?: boolean;
}

/** As short as the hash: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const LEAST_SECRET_BYTES = 32;

const off = z.literal('off').transform(() => undefined);
/** `off` too: whoever writes it does not mean an issuer of that name. */
const any = z.enum(['any', 'off']).transform(() => undefined);

const keySettings = {
  secret: {
    variable: 'AUTH_JWT_SECRET',
    description:
      'The secret that tokens are signed with, for HS256. Where this or one of the next two is set, calls need a token.',
    allowed: 'at least 32 bytes, or off',
    default: 'off',
    schema: z.union([off, z.string().refine((text) => Buffer.byteLength(text) >= LEAST_SECRET_BYTES)]),
  },
  publicKeyFile: {
    variable: 'AUTH_JWT_PUBLIC_KEY_FILE',
    description:
      'A file with the public key that tokens are checked with, or its certificate: RSA for RS256, P-256 for ES256, Ed25519 for EdDSA.',
    allowed: "the path of a PEM file, from the service's folder, or off",
    default: 'off',
    schema: z.union([off, z.string().refine((text) => !text.includes('-----BEGIN'))]),
  },
  jwksUrl: {
    variable: 'AUTH_JWKS_URL',
    description: 'Where the issuer publishes the public keys that tokens are checked with, as a JSON Web Key Set.',
    allowed: 'an https URL without a user, or an http one of this machine, or off',
    default: 'off',
    schema: z.union([off, z.string().refine(isJwksUrl)]),
  },
} satisfies Record<string, Setting<unknown>>;

/** The settings of who may call. */
export const authSettings = {
  ...keySettings,
  issuer: {
    variable: 'AUTH_ISSUER',
    description: 'The `iss` that tokens must have.',
    allowed: 'a text, or any',
    default: 'any',
    schema: z.union([any, z.string()]),
  },
  audiences: {
    variable: 'AUTH_AUDIENCE',
    description: 'What tokens must have in their `aud`: one of these.',
    allowed: 'texts with commas between them, or any',
    default: 'any',
    schema: z.union([
      any,
      z
        .string()
        .transform(toList)
        .refine((texts) => texts.every((text) => text !== '')),
    ]),
  },
  expiredStreams: {
    variable: 'AUTH_EXPIRED_STREAMS',
    description: 'Whether a stream ends with UNAUTHENTICATED when the token expires that it was opened with.',
    allowed: 'end or keep',
    default: 'end',
    schema: z.enum(['end', 'keep']),
  },
} satisfies Record<string, Setting<unknown>>;

/**
 * Reads what a service asks of tokens; undefined where there is no key to check them with, which is a
 * {@link StartError} where any other of these settings is set: it would look protected. A relative path starts at the
 * folder, or where the process does.
 */
export function readAuthConfig(environment: Environment, folder?: URL): AuthConfig | undefined {
  const { secret, publicKeyFile, jwksUrl, ...rest } = readSettings(environment, authSettings);
  const sources = listSet(environment, keySettings);
  if (sources.length > 1) throw new StartError(`${sources.join(' and ')} are set: it may be one of them`);
  if (jwksUrl !== undefined) return { ...rest, keys: new URL(jwksUrl), algorithms: publicKeyAlgorithms };
  const key = secret === undefined ? readPublicKey(publicKeyFile, folder) : createSecretKey(secret, 'utf8');
  if (key !== undefined) return { ...rest, keys: key, algorithms: toAlgorithms(key) ?? [] };
  const [lonely] = listSet(environment, authSettings);
  if (lonely === undefined) return undefined;
  const variables = Object.values(keySettings).map(({ variable }) => variable);
  throw new StartError(`${lonely} is set, but no key to check tokens with: it may be one of ${variables.join(', ')}`);
}

function readPublicKey(file: string | undefined, folder: URL | undefined): KeyObject | undefined {
  if (file === undefined) return undefined;
  const start = folder === undefined ? process.cwd() : fileURLToPath(folder);
  return readPublicKeyFile(keySettings.publicKeyFile.variable, resolve(start, file));
}

/** The variables that say something: set, and not to what they are by themselves. */
function listSet(environment: Environment, settings: Record<string, Setting<unknown>>): string[] {
  const set = Object.values(settings).filter((setting) => {
    const value = environment[setting.variable] ?? '';
    return value !== '' && value !== 'off' && value !== 'any';
  });
  return set.map(({ variable }) => variable);
}

function toList(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}

/** Keys that come over plaintext could be anybody's, unless they come from this machine. */
function isJwksUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false; // fetch takes no such URL
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
