import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql, type Database } from '../src/index.js';
import { startServer } from '../src/testing/postgres-server.js';
import type { PostgresServer } from '../src/testing/start-postgres.js';
import { createLogger, StartError } from '@streamworks/common';
import { openDatabase } from '../src/index.js';

const DAY_MS = 86_400_000;

async function issue(name: string, ca?: { cert: string; key: string }) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + DAY_MS),
    extensions: ca
      ? [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }]
      : [{ name: 'basicConstraints', cA: true, critical: true }],
    ...(ca && { ca }),
  });
  return { cert, key };
}

describe('TLS to PostgreSQL', () => {
  let folder: string;
  let server: PostgresServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streamworks-tls-'));
    const ca = await issue('A test CA');
    await writeFile(join(folder, 'ca.pem'), ca.cert);
    await writeFile(join(folder, 'other.pem'), (await issue('Another CA')).cert);
    server = await startServer({ tls: await issue('localhost', ca) });
  }, 60_000);
  afterAll(async () => {
    await server.remove();
    await rm(folder, { recursive: true });
  }, 30_000);

  /** Whether the connection is encrypted, or the line that stops the start. */
  async function connect(host: string, search: string): Promise<unknown> {
    const url = new URL(server.url);
    url.hostname = host;
    url.search = search;
    let database: Database<unknown> | undefined;
    try {
      database = await openDatabase({
        url: url.href,
        folder,
        dataDir: folder,
        waitMs: 5_000,
        statementTimeoutMs: 5_000,
        poolSize: 1,
        migrations: {},
        log: createLogger({ service: 'test', logLevel: 'silent' }),
      });
      const { rows } = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(
        database.query,
      );
      return rows[0]?.ssl;
    } catch (error) {
      if (error instanceof StartError) return error.message;
      throw error;
    } finally {
      await database?.close();
    }
  }

  it.each([
    ['localhost', '', false],
    ['localhost', '?sslmode=disable', false],
    ['localhost', '?sslmode=require', true],
    ['127.0.0.1', '?sslmode=verify-ca&sslrootcert=ca.pem', true],
    ['localhost', '?sslmode=verify-full&sslrootcert=ca.pem', true],
    [
      '127.0.0.1',
      '?sslmode=verify-full&sslrootcert=ca.pem',
      expect.stringMatching(/cannot be used: .*(does not match|altnames)/),
    ],
    ['localhost', '?sslmode=verify-full', expect.stringMatching(/cannot be used: .*(self-signed|unable to)/)],
    ['localhost', '?sslmode=verify-full&sslrootcert=other.pem', expect.stringMatching(/cannot be used: .*unable to/)],
    ['localhost', '?sslmode=verify-ca&sslrootcert=other.pem', expect.stringMatching(/cannot be used: .*unable to/)],
  ])('at %s with "%s": %s', async (host, search, expected) => {
    expect(await connect(host, search)).toEqual(expected);
  });
});
