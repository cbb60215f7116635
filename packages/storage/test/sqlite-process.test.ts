import { statSync, symlinkSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { join } from 'node:path';
import { until } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../src/index.js';
import { startDatabases, type TestDatabases } from '../src/testing/index.js';
import { startNotesService } from './support/start-notes-service.js';

const ROUNDS = 5;

describe('processes on one SQLite file', () => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases('sqlite')));
  afterAll(() => databases[Symbol.asyncDispose]());

  function readNumbers({ dataDir, url }: DatabaseConfig): Set<unknown> {
    const file = new DatabaseSync(join(dataDir, url.replace('sqlite:', '')), { readBigInts: true });
    try {
      return new Set(
        file
          .prepare('select number from note')
          .all()
          .map((row) => Object.values(row as object)[0]),
      );
    } finally {
      file.close();
    }
  }

  it('has everything that was acknowledged when its process has been killed', async () => {
    const config = await databases.create();
    const acknowledged: bigint[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await using service = startNotesService(config, { NOTES_WRITERS: '20' });
      await until(() => service.stored.length > 300);
      service.kill('SIGKILL');
      await service.ended;
      acknowledged.push(...service.stored);
      const kept = readNumbers(config);
      expect(acknowledged.filter((number) => !kept.has(number))).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 300);
  });

  it('stops a second process with one line, until the first has ended', async () => {
    const config = await databases.create();
    await using first = startNotesService(config);
    await first.untilReady();
    await using second = startNotesService(config);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toBe(
      `the database ${join(config.dataDir, config.url.slice(7))} is in use by another process: several need PostgreSQL\n`,
    );
    first.kill('SIGKILL');
    await first.ended;
    await using third = startNotesService(config);
    await third.untilReady();
    third.kill('SIGTERM');
    expect(await third.ended).toEqual({ code: 0, signal: null });
    expect(statSync(join(config.dataDir, `${config.url.slice(7)}-wal`)).size).toBe(0); // all of it is in the file
  });

  it.each<[string, (config: DatabaseConfig, file: string) => DatabaseConfig]>([
    [
      'the file',
      (config, file) => {
        symlinkSync(join(config.dataDir, file), join(config.dataDir, `link-to-${file}`));
        return { ...config, url: `sqlite:link-to-${file}` };
      },
    ],
    [
      'its folder',
      (config, file) => {
        const link = join(config.dataDir, `folder-of-${file}`);
        symlinkSync(config.dataDir, link, 'junction');
        return { ...config, dataDir: link };
      },
    ],
  ])('stops a second process that comes by a link to %s', async (_what, toLinked) => {
    const config = await databases.create();
    await using first = startNotesService(config);
    await first.untilReady();
    const linked = toLinked(config, config.url.slice(7));
    await using second = startNotesService(linked);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toBe(
      `the database ${join(linked.dataDir, linked.url.slice(7))} is in use by another process: several need PostgreSQL\n`,
    );
  });

  it('lets a command write beside the service, and both keep what they acknowledge', async () => {
    const config = await databases.create();
    await using service = startNotesService(config, { NOTES_WRITERS: '2' });
    await until(() => service.stored.length > 20);
    await using command = startNotesService(config, { NOTES_SHARED: 'on', NOTES_WRITERS: '1', NOTES_FROM: '1000000' });
    await until(() => command.stored.length > 5);
    for (const one of [command, service]) {
      one.kill('SIGKILL');
      await one.ended;
    }
    const kept = readNumbers(config);
    expect([...service.stored, ...command.stored].filter((number) => !kept.has(number))).toEqual([]);
  });
});
