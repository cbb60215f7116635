import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  readServiceConfig,
  readSettings,
  schemas,
  type Environment,
  type ServiceConfig,
  type Setting,
} from '@streamworks/common';
import { readDatabaseConfig, type DatabaseConfig } from '@streamworks/storage';

const folder = new URL('..', import.meta.url);
const LARGEST = 999_999_999_999_999;

/** The settings of this service alone. */
export const streamSettings = {
  seedUsers: {
    variable: 'STREAM_SEED_USERS',
    description: 'Whether fifty users are created at the start, to try the service with.',
    allowed: 'on or off',
    default: 'off',
    schema: schemas.onOff,
  },
  fileLimit: {
    variable: 'STREAM_FILE_LIMIT',
    description: 'The most bytes of one file; over that: RESOURCE_EXHAUSTED.',
    allowed: `a number of bytes from 1 to ${LARGEST}`,
    default: String(2 ** 30),
    schema: schemas.integer(1, LARGEST),
  },
  filesQuota: {
    variable: 'STREAM_FILES_QUOTA',
    description: 'The most bytes of all files together, in DATA_DIR; over that: RESOURCE_EXHAUSTED.',
    allowed: `a number of bytes from 1 to ${LARGEST}`,
    default: String(10 * 2 ** 30),
    schema: schemas.integer(1, LARGEST),
  },
  uploadStallMs: {
    variable: 'STREAM_UPLOAD_STALL',
    description: 'The longest time between two whole chunks of an upload; then DEADLINE_EXCEEDED.',
    allowed: 'a duration of at least 100ms, such as 30s',
    default: '30s',
    schema: schemas.duration.refine((ms) => ms >= 100),
  },
  tickMs: {
    variable: 'STREAM_TICK_MS',
    description: 'The time between two prices of a symbol, in milliseconds.',
    allowed: 'a number from 1 to 86400000',
    default: '1000',
    schema: schemas.integer(1, 86_400_000),
  },
  symbols: {
    variable: 'STREAM_SYMBOLS',
    description: 'The most symbols that are read at a time; one more: RESOURCE_EXHAUSTED.',
    allowed: 'a number from 1 to 1000000',
    default: '1000',
    schema: schemas.integer(1, 1_000_000),
  },
  pricesFile: {
    variable: 'STREAM_PRICES_FILE',
    description: 'Recorded prices to replay, kept in memory; off: prices of a random walk, for every symbol.',
    allowed: 'the path of a .csv, .ndjson or .jsonl file, or off',
    default: 'off',
    schema: schemas.text,
  },
  pricesSeed: {
    variable: 'STREAM_PRICES_SEED',
    description: 'The random walk of this seed is the same at each start.',
    allowed: 'a number from 0 to 4294967295, or random',
    default: 'random',
    schema: schemas.text.regex(/^(random|\d{1,10})$/).refine((text) => text === 'random' || Number(text) < 2 ** 32),
  },
} satisfies Record<string, Setting<unknown>>;

type Values = { [Name in keyof typeof streamSettings]: ReturnType<(typeof streamSettings)[Name]['schema']['parse']> };

/** The settings of the stream service. */
export interface StreamConfig extends ServiceConfig, Omit<Values, 'pricesFile' | 'pricesSeed'> {
  readonly database: DatabaseConfig;
  /** Where files are kept; absolute. */
  readonly filesFolder: string;
  /** The path of the recorded prices; absolute. Undefined: a random walk. */
  readonly pricesFile: string | undefined;
  /** Undefined: another one at each start. */
  readonly pricesSeed: number | undefined;
}

/** Reads the settings of the stream service. Throws a StartError that names a bad one. */
export function readConfig(environment: Environment): StreamConfig {
  const defaults = { service: 'stream', port: 8085, folder };
  const { pricesFile, pricesSeed, ...values } = readSettings(environment, streamSettings);
  const database = readDatabaseConfig(environment, defaults);
  return {
    ...readServiceConfig(environment, defaults),
    ...values,
    database,
    filesFolder: join(database.dataDir, 'stream-files'),
    pricesFile: pricesFile === 'off' ? undefined : resolve(fileURLToPath(folder), pricesFile),
    pricesSeed: pricesSeed === 'random' ? undefined : Number(pricesSeed),
  };
}
