import { KeyObject, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  readServiceConfig,
  readSettings,
  schemas,
  StartError,
  type Environment,
  type ServiceConfig,
  type Setting,
} from '@streamworks/common';
import { readDatabaseConfig, type DatabaseConfig } from '@streamworks/storage';
import { z } from 'zod';
import type { Signing } from './signing.js';

const folder = new URL('..', import.meta.url);
const defaults = { service: 'laptop', port: 8084, folder };

/** The settings of this service alone. */
export const laptopSettings = {
  access: {
    variable: 'LAPTOP_AUTH',
    description:
      'Whether callers are asked for a token: `required`; `optional`: who has none may do everything, a bad one is refused; `off`: nobody is asked.',
    allowed: 'one of required, optional, off',
    default: 'required',
    schema: z.enum(['required', 'optional', 'off']),
  },
  seedUsers: {
    variable: 'LAPTOP_SEED_USERS',
    description: 'Whether the users of the tutorial are made, whose password everybody knows: for development.',
    allowed: 'on or off',
    default: 'off',
    schema: schemas.onOff,
  },
  imageLimit: {
    variable: 'LAPTOP_IMAGE_LIMIT',
    description: 'The most bytes of an image; over that: INVALID_ARGUMENT. An image is in memory while it comes.',
    allowed: 'a number of bytes from 1 to 268435456',
    default: '1048576',
    schema: schemas.integer(1, 256 * 1024 * 1024),
  },
  imageMemoryLimit: {
    variable: 'LAPTOP_IMAGE_MEMORY',
    description:
      'The most memory of all images together that are being received; over that: RESOURCE_EXHAUSTED. At least LAPTOP_IMAGE_LIMIT.',
    allowed: 'a number of bytes from 1 to 17179869184',
    default: '67108864',
    schema: schemas.integer(1, 16 * 1024 ** 3),
  },
  imageFolder: {
    variable: 'LAPTOP_IMAGES',
    description: 'Where images are: in the database, or as files in a folder.',
    allowed: 'database, or folder:PATH',
    default: 'database',
    schema: z.union([
      z.literal('database').transform(() => undefined),
      z
        .string()
        .regex(/^folder:[^\0\r\n]+$/)
        .transform((text) => text.slice('folder:'.length)),
    ]),
  },
  peerLogins: {
    variable: 'LAPTOP_PEER_LOGINS',
    description:
      'How many logins of one address may be under way at once; over that: RESOURCE_EXHAUSTED. All together may be 100. Behind a proxy everybody has one address.',
    allowed: 'a number from 1 to 100',
    default: '8',
    schema: schemas.integer(1, 100),
  },
  peerFailures: {
    variable: 'LAPTOP_PEER_FAILURES',
    description:
      'How many logins of one address may fail in a minute, whatever the names; over that: RESOURCE_EXHAUSTED. Behind a proxy everybody has one address.',
    allowed: 'a number from 1 to 100000',
    default: '100',
    schema: schemas.integer(1, 100_000),
  },
} satisfies Record<string, Setting<unknown>>;

/** The settings of the laptop service. */
export interface LaptopConfig extends ServiceConfig {
  readonly database: DatabaseConfig;
  /** The most bytes of an image. */
  readonly imageLimit: number;
  /** The most bytes of all images that are being received. */
  readonly imageMemoryLimit: number;
  /** The folder of the images, absolute; undefined: they are in the database. */
  readonly imageFolder: string | undefined;
  readonly seedUsers: boolean;
  /** How many logins of one address may be under way at once. */
  readonly peerLogins: number;
  /** How many logins of one address may fail in a minute. */
  readonly peerFailures: number;
  /** What Login signs tokens with; undefined where only others can. */
  readonly signing: Signing | undefined;
  /** Whether that key was made at this start: tokens are good until the next one, and for this instance alone. */
  readonly isKeyRandom: boolean;
}

/** Reads the settings of the laptop service. Throws a StartError that names a bad one. */
export function readConfig(environment: Environment): LaptopConfig {
  const { access, imageFolder, ...settings } = readSettings(environment, laptopSettings);
  const { imageLimit, imageMemoryLimit } = settings;
  if (imageMemoryLimit < imageLimit) {
    throw new StartError(
      `LAPTOP_IMAGE_MEMORY="${imageMemoryLimit}": must be at least LAPTOP_IMAGE_LIMIT, which is ${imageLimit}`,
    );
  }
  const given = readServiceConfig(environment, defaults);
  const isKeyRandom = given.auth === undefined;
  if (isKeyRandom && access !== 'off' && environment['NODE_ENV'] === 'production') {
    throw new StartError(
      'AUTH_JWT_SECRET is not set: under NODE_ENV=production it must be, or AUTH_JWT_PUBLIC_KEY_FILE, AUTH_JWKS_URL or LAPTOP_AUTH=off',
    );
  }
  const config = isKeyRandom
    ? readServiceConfig({ ...environment, AUTH_JWT_SECRET: randomBytes(32).toString('base64') }, defaults)
    : given;
  return {
    ...config,
    ...settings,
    auth:
      access === 'off' || config.auth === undefined ? undefined : { ...config.auth, optional: access === 'optional' },
    signing: toSigning(config),
    isKeyRandom,
    imageFolder: imageFolder === undefined ? undefined : resolve(fileURLToPath(folder), imageFolder),
    database: readDatabaseConfig(environment, defaults),
  };
}

/** The database of the service, for a command beside it. */
export function readDatabase(environment: Environment): DatabaseConfig {
  return readDatabaseConfig(environment, defaults);
}

/** Who can check a token with a public key cannot sign one. */
function toSigning({ auth }: ServiceConfig): Signing | undefined {
  if (!(auth?.keys instanceof KeyObject) || auth.keys.type !== 'secret') return undefined;
  return { key: auth.keys, issuer: auth.issuer, audience: auth.audiences?.[0] };
}
