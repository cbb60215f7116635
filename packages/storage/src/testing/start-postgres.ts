import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { startProxy } from './proxy.js';
import { startServer } from './embedded-server.js';

/** A PostgreSQL for tests. Leaving the scope of `await using` ends it. */
export interface TestPostgres extends AsyncDisposable {
  /** Makes a new, empty database; its URL. */
  createDatabase(): Promise<string>;
  /** Stops it: connections end, new ones are refused. */
  stop(): Promise<void>;
  /** Kills it: connections end without a word, new ones are refused. */
  kill(): Promise<void>;
  /** Starts it again after `stop` or `kill`, at the same port. */
  start(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own, from npm. With `TEST_POSTGRES_URL` it is the one there, behind a proxy that is stopped in its
 * place; its databases are removed at the end.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_POSTGRES_URL'];
  const external = given !== undefined && given !== '';
  const server = external ? await startProxy(given) : await startServer();
  const admin = external ? given : server.url;
  const names: string[] = [];
  return {
    async createDatabase() {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      await execute(admin, `create database ${name}`);
      names.push(name);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    start: () => server.start(),
    async [Symbol.asyncDispose]() {
      if (external) for (const name of names) await execute(admin, `drop database ${name} with (force)`);
      await server.remove();
    },
  };
}

async function execute(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
