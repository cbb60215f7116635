import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolder } from '../test/torture/create-folder.js';
import type { Upload } from './file-store.js';
import { openFolderFileStore } from './folder-file-store.js';

// The disk is a real one, and fails where a test says so: nothing here can make root's own fail.
const faults = vi.hoisted(() => new Map<string, string>());
const opened = vi.hoisted(() => new Set<unknown>());
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof fs>();
  const failing = (name: 'rm' | 'open') =>
    ((...args: never[]) => {
      if (name === 'open') opened.add(args[0]);
      const code = faults.get(name);
      if (code !== undefined) return Promise.reject(Object.assign(new Error(code), { code }));
      return (real[name] as (...all: never[]) => unknown)(...args);
    }) as never;
  return { ...real, rm: failing('rm'), open: failing('open') };
});

const log = createLogger({ service: 'test', logLevel: 'silent' });
let folder: Awaited<ReturnType<typeof createFolder>>;
beforeEach(async () => {
  folder = await createFolder();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  faults.clear();
  vi.useRealTimers();
  await folder[Symbol.asyncDispose]();
});
const open = () => openFolderFileStore({ folder: folder.path, fileLimit: 100, quota: 100, log });
const listUploads = () => fs.readdir(join(folder.path, 'uploads'));

describe('a disk that fails', { timeout: 30_000 }, () => {
  it('keeps an upload in the quota that it does not remove, which is done later; nobody waits for it', async () => {
    const files = await open();
    const upload = (await files.begin()) as Upload;
    await upload.write([Buffer.alloc(60)]);
    faults.set('rm', 'EIO');
    await upload.discard();
    await upload.discard();
    expect(files.usedBytes).toBe(60);
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ used: files.usedBytes, uploads: (await listUploads()).length }).toEqual({ used: 60, uploads: 1 });
    faults.clear();
    await until(async () => {
      await vi.advanceTimersByTimeAsync(60_000);
      return files.usedBytes === 0;
    });
    expect(await listUploads()).toEqual([]);
    await files.close();
  });

  it('is waited for by nobody who closes the store', async () => {
    const files = await open();
    const upload = (await files.begin()) as Upload;
    faults.set('rm', 'EIO');
    await upload.discard();
    await files.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['EMFILE', 'too-many-open'],
    ['ENFILE', 'too-many-open'],
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
  ])('says %s as %s, and leaves nothing', async (code, refusal) => {
    const files = await open();
    faults.set('open', code);
    expect(await files.begin()).toBe(refusal);
    const opened = files.open('0'.repeat(64));
    if (refusal === 'too-many-open') expect(await opened).toBe(refusal);
    else await expect(opened).rejects.toThrow(code);
    expect(await listUploads()).toEqual([]);
  });
});

it(
  'has the names of all folders on disk that were made for it, the first one included',
  { timeout: 30_000 },
  async () => {
    opened.clear();
    const path = join(folder.path, 'data', 'stream-files');
    const files = await openFolderFileStore({ folder: path, fileLimit: 100, quota: 100, log });
    expect([...opened].toSorted()).toEqual([folder.path, join(folder.path, 'data'), path]); // to be synced
    await files.close();
    opened.clear();
    const again = await openFolderFileStore({ folder: path, fileLimit: 100, quota: 100, log });
    expect([...opened].toSorted()).toEqual([join(folder.path, 'data'), path]);
    await again.close();
  },
);
