import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings, schemas, type Environment, type ServiceDefaults, type Setting } from '@streamworks/common';
import { z } from 'zod';

/** Where a service has its database, and how it uses it. */
export interface DatabaseConfig {
  /** `sqlite:FILE` or `postgres://…`. It may hold a password: it is never logged. */
  readonly url: string;
  /** Where the paths of files begin; absolute. */
  readonly dataDir: string;
  /** Where the paths of certificates in the URL begin; absolute. */
  readonly folder: string;
  /** How long to wait at the start for a database that cannot be reached. */
  readonly waitMs: number;
  /** How long one statement may take. */
  readonly statementTimeoutMs: number;
  /** The most connections to PostgreSQL. */
  readonly poolSize: number;
}

const sslModes: ReadonlySet<string | null> = new Set([null, 'disable', 'require', 'verify-ca', 'verify-full']);

/** A `%` that stands for itself is written `%25`. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isDatabaseUrl(text: string): boolean {
  if (text.startsWith('sqlite:')) return /^sqlite:(?!\/\/)[^\0?#]*[^\0?#/]$/.test(text);
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, searchParams } = new URL(text);
  if (![username, password, hostname, pathname].every(isDecodable)) return false;
  const mode = searchParams.get('sslmode');
  if (mode === 'verify-ca' && !searchParams.has('sslrootcert')) return false;
  return pathname.length > 1 && sslModes.has(mode);
}

/** The settings of a service that stores, with the names that they have for this one. */
export function databaseSettings(service: string) {
  return {
    url: {
      variable: `${service.toUpperCase()}_DATABASE_URL`,
      description: 'Where the state is: a SQLite file in DATA_DIR, for one process, or PostgreSQL, for any number.',
      allowed:
        'sqlite:FILE, or postgres://USER:PASSWORD@HOST/NAME with ?sslmode=disable, require, verify-ca with a sslrootcert=FILE, or verify-full',
      default: `sqlite:${service}.db`,
      schema: z.string().refine(isDatabaseUrl),
    },
    dataDir: {
      variable: 'DATA_DIR',
      description: 'The folder of the files that a service writes; it is made where it is missing.',
      allowed: 'a path',
      default: 'data',
      schema: z.string().regex(/^[^\0\r\n]+$/),
    },
    waitMs: {
      variable: 'DATABASE_WAIT',
      description: 'How long a start waits for a PostgreSQL that cannot be reached.',
      allowed: 'a duration such as 30s or 500ms',
      default: '30s',
      schema: schemas.duration,
    },
    statementTimeoutMs: {
      variable: 'DATABASE_STATEMENT_TIMEOUT',
      description:
        'How long PostgreSQL may take for one statement, or a change may wait for another program that writes to a SQLite file; then UNAVAILABLE.',
      allowed: 'a duration of at least 100ms, such as 10s',
      default: '10s',
      schema: schemas.duration.refine((ms) => ms >= 100),
    },
    poolSize: {
      variable: 'DATABASE_POOL',
      description: 'The most connections to PostgreSQL that one process has.',
      allowed: 'a number from 1 to 1000',
      default: '10',
      schema: schemas.integer(1, 1000),
    },
  } satisfies Record<string, Setting<unknown>>;
}

/** Reads where a service has its database. Throws a StartError that names a bad setting, and shows no password. */
export function readDatabaseConfig(
  environment: Environment,
  { service, folder }: Pick<ServiceDefaults, 'service' | 'folder'>,
): DatabaseConfig {
  const values = readSettings(environment, databaseSettings(service));
  const start = folder === undefined ? process.cwd() : fileURLToPath(folder);
  return { ...values, dataDir: resolve(start, values.dataDir), folder: start };
}
