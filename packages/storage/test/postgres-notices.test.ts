import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, DatabaseConfig } from '../src/index.js';
import { toClientConfig } from '../src/postgres/connection-options.js';
import { createPostgresNotices } from '../src/postgres/postgres-notices.js';
import { startDatabases, type TestDatabases } from '../src/testing/index.js';
import { startProxy } from '../src/testing/proxy.js';
import { migrations, type NotesSchema } from './support/notes.js';

/** No poll comes in this test. */
const NEVER_MS = 1_000_000;

describe('notices of PostgreSQL', () => {
  let databases: TestDatabases;
  let config: DatabaseConfig;
  let database: Database<NotesSchema>;
  beforeAll(async () => {
    databases = await startDatabases('postgres');
    config = await databases.create();
    database = await databases.open<NotesSchema>(migrations, { config });
  });
  afterAll(() => databases[Symbol.asyncDispose]());

  const notify = () => database.transaction(() => Promise.resolve(), { notify: 'notes' });

  /** Who listens over a proxy, without the database's own poll. */
  async function listen({ pollMs = NEVER_MS, ...settings }: Partial<DatabaseConfig> & { pollMs?: number } = {}) {
    const proxy = await startProxy(config.url);
    const lines: string[] = [];
    const notices = createPostgresNotices({
      config: toClientConfig({ ...config, ...settings, url: proxy.url }),
      log: createLogger({ service: 'test', logLevel: 'warn', destination: { write: (line) => lines.push(line) } }),
      name: 'test',
      pollMs,
    });
    const counts = { calls: 0 };
    notices.listen('notes', () => (counts.calls += 1));
    return {
      counts,
      lines,
      proxy,
      notices,
      async [Symbol.asyncDispose]() {
        await notices.close();
        await proxy.remove();
      },
    };
  }

  it('come from other processes, at once and without a poll', async () => {
    await using at = await listen();
    await until(() => at.counts.calls === 1); // it listens
    await notify();
    await until(() => at.counts.calls > 1);
    expect(at.counts.calls).toBe(2);
  });

  it('come for a channel that is added while others are listened on', async () => {
    await using at = await listen();
    await until(() => at.counts.calls === 1);
    let calls = 0;
    at.notices.listen('added', () => (calls += 1));
    await until(() => calls === 1);
    await database.transaction(() => Promise.resolve(), { notify: 'added' });
    await until(() => calls === 2);
    expect(at.counts.calls).toBe(1);
  });

  it('wake once more when a connection that was cut is there again, as some may have been missed', async () => {
    await using at = await listen();
    await until(() => at.counts.calls === 1);
    for (let round = 0; round < 3; round += 1) {
      await at.proxy.kill();
      await notify(); // nobody hears of it
      const { calls } = at.counts;
      await at.proxy.start();
      await until(() => at.counts.calls === calls + 1);
      await notify();
      await until(() => at.counts.calls === calls + 2);
    }
    expect(at.lines).toHaveLength(3);
  });

  it('are made up for by the poll while no connection can be had', async () => {
    await using at = await listen({ pollMs: 20 });
    await until(() => at.counts.calls > 0);
    await at.proxy.stop();
    const { calls } = at.counts;
    await until(() => at.counts.calls > calls + 3);
    expect(at.proxy.connections).toBe(0);
    await at.proxy.start();
  });

  it('find out that a connection is dead that is still there', async () => {
    await using at = await listen({ pollMs: 50, statementTimeoutMs: 100 });
    await until(() => at.counts.calls > 0);
    at.proxy.freeze();
    await until(() => at.lines.length > 0);
    await until(() => at.proxy.connections > 0);
    expect(at.lines.join('')).toContain('the database sends no notices');
  });

  it('end while the database cannot be reached', async () => {
    const at = await listen();
    await at.proxy.stop();
    await at.notices.close();
    await at.proxy.remove();
    expect(at.counts.calls).toBeLessThanOrEqual(1);
  });

  it.each([
    ['says nothing any more', NEVER_MS],
    ['does not answer what it was asked', 20],
  ])('end within a second where the connection is there, and %s', async (_, pollMs) => {
    await using at = await listen({ pollMs });
    await until(() => at.counts.calls > 0);
    at.proxy.freeze();
    await delay(100); // a beat is under way, unless none comes
    const start = performance.now();
    await at.notices.close();
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('end within a second where no connection comes to be', async () => {
    await using silent = await startSilentServer();
    const notices = createPostgresNotices({
      config: toClientConfig({ ...config, url: `postgres://postgres@127.0.0.1:${silent.port}/postgres` }),
      log: createLogger({ service: 'test', logLevel: 'silent' }),
      name: 'test',
    });
    notices.listen('notes', () => undefined);
    await silent.connected;
    const start = performance.now();
    await notices.close();
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

/** Takes connections, and says nothing. */
async function startSilentServer() {
  const server = createServer();
  const connected = once(server, 'connection') as Promise<[Socket]>;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // of a TCP server
  return {
    port,
    connected,
    async [Symbol.asyncDispose]() {
      const [socket] = await connected;
      socket.destroy();
      server.close();
    },
  };
}
