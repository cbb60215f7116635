import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import pg from 'pg';
import type { ClientConfig, CustomTypesConfig } from 'pg';
import { toReason } from './readiness.js';

/** What connections to PostgreSQL have in common. */
export interface ConnectionSettings {
  readonly url: string;
  /** Where the paths of certificates begin. */
  readonly folder: string;
  readonly statementTimeoutMs: number;
}

/** The name under which PostgreSQL lists the connections. */
const APPLICATION = 'streamworks';

const CONNECT_MS = 5_000;

/** An answer that has not come so long after the server should have ended its statement will not come: the network is gone. */
const NETWORK_MS = 5_000;

/** A transaction whose process waits for something else holds its locks so long. */
const IDLE_TRANSACTION_MS = 60_000;

/** The object identifiers of types: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23]); // int8, int2, int4
const NUMERIC = 1700;

/** Whole numbers as bigint and sums as they are: what SQLite gives. For these connections only, not for all of pg. */
const types: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    if (INTEGERS.has(oid)) return BigInt;
    if (oid === NUMERIC) return (text: string) => (/^-?\d+$/.test(text) ? BigInt(text) : Number(text));
    return pg.types.getTypeParser(oid, format);
  },
};

/** The options of one connection. */
export function toClientConfig({ url, folder, statementTimeoutMs }: ConnectionSettings): ClientConfig {
  return {
    connectionString: toLibpqUrl(url, folder),
    types,
    application_name: APPLICATION,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + NETWORK_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
  };
}

/** The URL with absolute paths, and its `sslmode` taken as PostgreSQL's own programs take it, which pg does only on request. */
function toLibpqUrl(text: string, folder: string): string {
  const url = new URL(text);
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = url.searchParams.get(name);
    if (path === null) continue;
    const file = resolve(folder, path);
    assertReadable(name, file);
    url.searchParams.set(name, file);
  }
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true');
  return url.href;
}

function assertReadable(name: string, file: string): void {
  try {
    readFileSync(file);
  } catch (error) {
    throw new Error(`its ${name} cannot be read: ${toReason(error)}`, { cause: error });
  }
}

/** A URL as lines may show it: without user, password and options. */
export function toShownUrl(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
