import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFolder } from '../test/torture/create-folder.js';
import { createByteQuota } from './byte-quota.js';
import type { Upload } from './file-store.js';
import { openFolderFileStore } from './folder-file-store.js';
import { createLeftovers } from './leftovers.js';
import { toTemporaryName } from './upload-names.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });
const MINUTE_MS = 60_000;
const ENDED_PID = 2 ** 22 + 1; // above the highest number that Linux gives
const [, , numbers = ''] = toTemporaryName().split('@');

/** A folder of files, and what others have left in it. */
async function create() {
  const folder = await createFolder();
  const uploads = join(folder.path, 'uploads');
  await mkdir(uploads);
  return {
    uploads,
    open: () => openFolderFileStore({ folder: folder.path, fileLimit: 100, quota: 100, log }),
    /** Five bytes, by a process that is told by its number, its space of numbers and its own name. */
    async leave(...owner: readonly [pid: number | string, numbers: string, process?: string]): Promise<string> {
      const path = join(uploads, ['r', ...owner].join('@'));
      await mkdir(path);
      await writeFile(join(path, 'data'), '12345');
      return path;
    },
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

async function age(path: string, ms: number): Promise<void> {
  const old = new Date(Date.now() - ms);
  for (const each of [join(path, 'data'), path]) await utimes(each, old, old);
}

const isThere = (path: string): boolean => existsSync(path);

describe('unfinished uploads of others', { timeout: 30_000 }, () => {
  afterEach(() => void vi.useRealTimers());

  it('go at the start where their process is known to be no more, or has not touched them for minutes', async () => {
    await using at = await create();
    const ended = await at.leave(ENDED_PID, numbers, 'x');
    const namesake = await at.leave(process.pid, numbers, 'x');
    const abandoned = await at.leave(1, 'other-numbers', 'x');
    const frozen = await at.leave(process.ppid, numbers, 'y');
    for (const path of [abandoned, frozen]) await age(path, 6 * MINUTE_MS);
    const kept = [
      await at.leave(process.ppid, numbers, 'x'),
      await at.leave('odd', numbers),
      // What another container does that has the name of this one.
      await at.leave(ENDED_PID, hostname()),
      await at.leave(ENDED_PID, 'more-numbers', 'x'),
    ];
    const files = await at.open();
    expect(files.leftovers).toBe(4);
    expect([ended, namesake, abandoned, frozen].filter(isThere)).toEqual([]);
    expect(kept.filter(isThere)).toEqual(kept);
    expect(await readdir(at.uploads)).toHaveLength(kept.length);
    await files.close();
  });

  it('count in the quota as long as they are there, and go while the service runs', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.now() });
    await using at = await create();
    const left = await at.leave(1, 'other-numbers', 'x');
    const files = await at.open();
    expect({ left: isThere(left), used: files.usedBytes }).toEqual({ left: true, used: 5 });
    const upload = (await files.begin()) as Upload;
    expect(await upload.write([Buffer.alloc(96)])).toBe('quota');
    await upload.discard();
    await vi.advanceTimersByTimeAsync(7 * MINUTE_MS);
    await until(() => files.usedBytes === 0);
    expect(isThere(left)).toBe(false);
    await files.close();
  });

  it('are told from those that are being written by when they were touched', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.now() });
    await using at = await create();
    const files = await at.open();
    const upload = (await files.begin()) as Upload;
    await upload.write([Buffer.alloc(10)]);
    const [name = ''] = await readdir(at.uploads);
    await vi.advanceTimersByTimeAsync(30 * MINUTE_MS);
    await until(async () => Date.now() - (await stat(join(at.uploads, name))).mtimeMs < MINUTE_MS);
    expect(await upload.commit('a')).toMatchObject({ size: 10 });
    await files.close();
  });

  it('become no file where they were taken from a process that lives after all', async () => {
    await using at = await create();
    const [one, other] = [await at.open(), await at.open()];
    const upload = (await one.begin()) as Upload;
    await upload.write([Buffer.alloc(10)]);
    const [name = ''] = await readdir(at.uploads);
    // As another process would have it: it is not this one's any more.
    await rename(join(at.uploads, name), join(at.uploads, `${name}x`));
    await age(join(at.uploads, `${name}x`), 6 * MINUTE_MS);
    const third = await at.open();
    expect(third.leftovers).toBe(1);
    expect(await upload.commit('a')).toBe('removed');
    await upload.discard();
    expect(await readdir(join(at.uploads, '..', 'files'))).toEqual([]);
    expect(one.usedBytes).toBe(0);
    for (const each of [one, other, third]) await each.close();
  });
});

it('counts an upload that is taken over while others are looked for', { timeout: 30_000 }, async () => {
  await using at = await create();
  const name = toTemporaryName();
  await mkdir(join(at.uploads, name));
  await writeFile(join(at.uploads, name, 'data'), '12345');
  const quota = createByteQuota(100, 5);
  const leftovers = createLeftovers({ uploads: at.uploads, quota, log });
  const swept = leftovers.sweep(); // it is being written still
  leftovers.take(name, 5);
  expect(await swept).toBe(0);
  expect(quota.used).toBe(5);
  expect(await leftovers.sweep()).toBe(1);
  expect({ used: quota.used, uploads: await readdir(at.uploads) }).toEqual({ used: 0, uploads: [] });
});
