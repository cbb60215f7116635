import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError, StatusError, type Logger } from '@streamworks/common';
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, type Dialect } from 'kysely';
import pg from 'pg';
import type { Backend } from '../database.js';
import { isLostConnection } from '../driver-error.js';
import { toParameters } from '../parameters.js';
import { migrate } from '../migrate.js';
import type { Migrations } from '../migration.js';
import { toClientConfig, toShownUrl, type ConnectionSettings } from './connection-options.js';
import { leave } from './leave.js';
import { createPostgresNotices } from './postgres-notices.js';
import { createPostgresDriver, type PostgresParts } from './postgres-driver.js';
import { assertTakesChanges } from './assert-takes-changes.js';
import { createReadiness, toReason } from './readiness.js';

export interface OpenPostgresOptions extends ConnectionSettings {
  readonly migrations: Migrations;
  readonly log: Logger;
  /** How long to wait for a database that cannot be reached. */
  readonly waitMs: number;
  readonly poolSize: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;

/** Connects, and waits where the database cannot be reached. Throws a StartError where that lasts, or cannot change. */
export async function openPostgres(options: OpenPostgresOptions): Promise<Backend> {
  const name = toShownUrl(options.url);
  const { log } = options;
  await untilReached(options, name);
  const backend = createBackend(options, name);
  log.info({ database: name }, 'database open');
  return backend;
}

async function untilReached({ waitMs, signal, log, ...options }: OpenPostgresOptions, name: string): Promise<void> {
  const start = performance.now();
  for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, LONGEST_RETRY_MS)) {
    try {
      await migrateOnce({ ...options, log, waitMs }, name);
      return;
    } catch (error) {
      if (error instanceof StartError) throw error;
      const reason = toReason(error);
      if (!isLostConnection(error))
        throw new StartError(`the database ${name} cannot be used: ${reason}`, { cause: error });
      if (performance.now() - start + pause > waitMs) {
        throw new StartError(`the database ${name} could not be reached in ${waitMs} ms: ${reason}`, { cause: error });
      }
      if (pause === FIRST_RETRY_MS)
        log.warn({ database: name, reason, waitMs }, 'the database cannot be reached: waiting');
    }
    await delay(pause, undefined, signal && { signal });
  }
}

/** On a connection of its own, as a migration, and the wait for the one who runs it, may take long. */
async function migrateOnce(options: OpenPostgresOptions, name: string): Promise<void> {
  const { query_timeout: _, ...config } = toClientConfig({ ...options, statementTimeoutMs: 0 });
  const pool = new pg.Pool({ ...config, max: 2 });
  pool.on('error', () => undefined); // whoever uses the connection hears of it
  try {
    await assertTakesChanges(pool);
    await check(pool, name);
    const kysely = createDialect({
      pool,
      onLost: () => undefined,
      assertOpen: () => undefined,
      toParameters: (values) => [...values], // kysely's own queries have booleans
    });
    await migrate({ ...options, kysely, dialect: 'postgres', name });
  } finally {
    await pool.end();
  }
}

/**
 * Throws pg's own error where the database cannot be used, which says what is wrong: that of a query says what callers may know.
 * Throws a StartError where it would change a text, or say that a change is kept before it is.
 */
async function check(pool: pg.Pool, name: string): Promise<void> {
  const { rows } = await pool.query<{ encoding: string; commit: string }>(
    `select current_setting('server_encoding') as encoding, current_setting('synchronous_commit') as commit`,
  );
  for (const { encoding, commit } of rows) {
    if (encoding !== 'UTF8') throw new StartError(`the database ${name} has the encoding ${encoding}: it must be UTF8`);
    if (commit === 'off')
      throw new StartError(`the database ${name} has synchronous_commit = off: what is acknowledged could be lost`);
  }
}

function createBackend(options: OpenPostgresOptions, name: string): Backend {
  const config = toClientConfig(options);
  const pool = new pg.Pool({ ...config, max: options.poolSize });
  const readiness = createReadiness({ log: options.log, name, probe: () => probe(config) });
  // A connection that breaks while nobody waits for its answer says so in an event, and a process ends by one nobody hears.
  pool.on('error', (error) => readiness.lose(error));
  pool.on('connect', (client) => client.on('error', (error) => readiness.lose(error)));
  let open = true;
  const kysely = createDialect({
    pool,
    toParameters,
    onLost: (error) => readiness.lose(error),
    assertOpen() {
      if (!open) throw new StatusError('UNAVAILABLE', 'the database is closed');
    },
  });
  return {
    dialect: 'postgres',
    kysely,
    notices: createPostgresNotices({ config, log: options.log, name }),
    isReady: () => open && readiness.isReady,
    async close() {
      open = false;
      readiness.stop();
      await pool.end();
    },
  };
}

function createDialect(parts: PostgresParts): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createPostgresDriver(parts),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

/** Not over the pool, which may be used up. */
async function probe(config: pg.ClientConfig): Promise<void> {
  const socket = new Socket();
  const client = new pg.Client({ ...config, stream: () => socket });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await assertTakesChanges(client);
  } finally {
    await leave(client, socket);
  }
}
