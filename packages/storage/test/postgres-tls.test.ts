import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, StartError } from '@streamworks/common';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, sql, type Database } from '../src/index.js';
import { startServer } from '../src/testing/embedded-server.js';
import type { PostgresServer } from '../src/testing/postgres-server.js';

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

describe('a connection to PostgreSQL', () => {
  let folder: string;
  let server: PostgresServer;
  let plain: PostgresServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streamworks-tls-'));
    const ca = await issue('A test CA');
    await writeFile(join(folder, 'ca.pem'), ca.cert);
    await writeFile(join(folder, 'other.pem'), (await issue('Another CA')).cert);
    [server, plain] = await Promise.all([startServer({ tls: await issue('localhost', ca) }), startServer()]);
  });
  afterAll(async () => {
    await Promise.all([server.remove(), plain.remove()]);
    await rm(folder, { recursive: true });
  });

  /** Whether the connection is encrypted, or the line that stops the start. */
  async function connect(to: PostgresServer, change: Partial<Pick<URL, 'hostname' | 'search' | 'password'>>) {
    const url = Object.assign(new URL(to.url), change);
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
  ])('at %s with "%s": %s', async (hostname, search, expected) => {
    expect(await connect(server, { hostname, search })).toEqual(expected);
  });

  it('is refused, with one line, where the server has no TLS, or does not know the password', async () => {
    const lines = [
      await connect(plain, { search: '?sslmode=require' }),
      await connect(plain, { password: 'wrong' }),
    ].map((line) => String(line).replace(/:\d+/, ''));
    expect(lines).toEqual([
      'the database postgres://127.0.0.1/postgres cannot be used: The server does not support SSL connections',
      'the database postgres://127.0.0.1/postgres cannot be used: password authentication failed for user "postgres"',
    ]);
  });
});
