import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { until } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNotesService } from './support/start-notes-service.js';

const NOBODY = process.getuid?.() === 0 ? { NOTES_UID: '65534' } : undefined;

describe('the start on a SQLite file', () => {
  let folder: string;
  beforeEach(async () => (folder = await realpath(await mkdtemp(join(tmpdir(), 'streamworks-start-')))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const configure = (dataDir: string, url = 'sqlite:notes.db') =>
    ({ url, dataDir, folder, waitMs: 0, statementTimeoutMs: 1_000, poolSize: 1 }) as const;

  /** The line that stops the start. */
  async function start(dataDir: string, settings?: Readonly<Record<string, string>>): Promise<string> {
    await using service = startNotesService(configure(dataDir), settings);
    expect(await service.ended).toEqual({ code: 1, signal: null });
    return service.stderr.replaceAll(folder, 'FOLDER');
  }

  it('makes folders that are missing', async () => {
    const dataDir = join(folder, 'one', 'two');
    await using service = startNotesService(configure(dataDir, 'sqlite:three/notes.db'));
    await service.untilReady();
    expect((await readFile(join(dataDir, 'three', 'notes.db'))).subarray(0, 6).toString()).toBe('SQLite');
  });

  it('makes a file where links to it lead, and locks it there', async () => {
    await symlink('link.db', join(folder, 'notes.db'));
    await symlink(join('volume', 'real.db'), join(folder, 'link.db'));
    await using service = startNotesService(configure(folder));
    await service.untilReady();
    expect(await readdir(join(folder, 'volume'))).toEqual(expect.arrayContaining(['real.db', 'real.db.lock']));
    await using second = startNotesService(configure(join(folder, 'volume'), 'sqlite:real.db'));
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toContain('is in use by another process');
  });

  it.runIf(process.platform === 'linux')('ends where a folder cannot have any in it', async () => {
    const line = await start('/proc/streamworks');
    expect(line).toBe(
      'the database /proc/streamworks/notes.db cannot be opened: the folder /proc/streamworks cannot be made (ENOENT)\n',
    );
  });

  it.each<[string, () => Promise<void>, string]>([
    ['a folder that is a file', () => writeFile(join(folder, 'data'), ''), 'FOLDER/data is no folder'],
    [
      'a folder that is a link to nothing',
      () => symlink(join(folder, 'nothing'), join(folder, 'data')),
      'FOLDER/data is a link to nothing',
    ],
    [
      'a file that is a folder',
      async () => void (await mkdir(join(folder, 'data', 'notes.db'), { recursive: true })),
      'it is a folder',
    ],
    [
      'a file that is a link to itself',
      async () => {
        await mkdir(join(folder, 'data'));
        await symlink('notes.db', join(folder, 'data', 'notes.db'));
      },
      "ELOOP: too many symbolic links encountered, stat 'FOLDER/data/notes.db'",
    ],
    [
      'a file that is no database',
      async () => {
        await mkdir(join(folder, 'data'));
        await writeFile(join(folder, 'data', 'notes.db'), 'no database at all, but a text'.repeat(100));
      },
      'file is not a database',
    ],
  ])('is stopped by one line for %s', async (_name, prepare, reason) => {
    await prepare();
    expect(await start(join(folder, 'data'))).toBe(`the database FOLDER/data/notes.db cannot be opened: ${reason}\n`);
  });

  describe.runIf(process.platform !== 'win32')('that the process may not write to', () => {
    let dataDir: string;
    beforeEach(async () => {
      dataDir = join(folder, 'data');
      await mkdir(dataDir);
      await chmod(folder, 0o755);
      await using service = startNotesService(configure(dataDir));
      await service.untilReady();
      service.kill('SIGTERM');
      await service.ended;
    });

    it.each(['notes.db', 'notes.db-wal', 'notes.db.lock'])('is stopped by one line for %s', async (name) => {
      await chmod(dataDir, 0o777);
      for (const one of ['notes.db', 'notes.db-wal', 'notes.db-shm', 'notes.db.lock']) {
        await writeFile(join(dataDir, one), '', { flag: 'a' });
        await chmod(join(dataDir, one), one === name ? 0o444 : 0o666);
      }
      expect(await start(dataDir, NOBODY)).toBe(
        `the database FOLDER/data/notes.db cannot be opened: FOLDER/data/${name} may not be written to (EACCES)\n`,
      );
    });

    it('is stopped by one line for a folder', async () => {
      await rm(join(dataDir, 'notes.db.lock'));
      await chmod(dataDir, 0o555);
      const line = await start(dataDir, NOBODY);
      await chmod(dataDir, 0o755); // to be removed
      expect(line).toBe(
        'the database FOLDER/data/notes.db cannot be opened: FOLDER/data may not be written to (EACCES)\n',
      );
    });

    it.runIf(NOBODY !== undefined)('is stopped by one line where only a change shows it', async () => {
      await chmod(dataDir, 0o777);
      for (const one of await readdir(dataDir)) await chmod(join(dataDir, one), one === 'notes.db' ? 0o444 : 0o666);
      expect(await start(dataDir, { NOTES_EFFECTIVE_UID: '65534' })).toBe(
        'the database FOLDER/data/notes.db cannot be opened: attempt to write a readonly database\n',
      );
    });
  });

  it('has everything in the one file after an orderly end: a copy of that is a backup', async () => {
    await using service = startNotesService(configure(folder), { NOTES_WRITERS: '5' });
    await until(() => service.stored.length > 50);
    service.kill('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    const copy = join(folder, 'copy.db');
    await writeFile(copy, await readFile(join(folder, 'notes.db')));
    const file = new DatabaseSync(copy, { readBigInts: true });
    const kept = new Set(
      file
        .prepare('select number from note')
        .all()
        .map((row) => Object.values(row as object)[0]),
    );
    file.close();
    expect(service.stored.filter((number) => !kept.has(number))).toEqual([]);
  });
});
