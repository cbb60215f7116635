import { mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createRandom, StartError } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolderImageStore, type FolderImageStore, type FolderImageStoreOptions } from './folder-image-store.js';
import type { Image } from './image-store.js';
import { pickUuid } from './pick.js';
import { toRandomPng } from './random-png.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const random = createRandom(1);
const log = createLogger({ service: 'test', logLevel: 'silent' });
const live = new AbortController().signal;
const laptop = pickUuid(random);
const image: Image = { laptop, type: 'png', bytes: toRandomPng(random) };

describe('the images in a folder', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'streamworks-images-'));
    folder = join(root, 'deep/images');
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) store.close();
    vi.useRealTimers();
    await rm(root, { recursive: true });
  });

  const stores: FolderImageStore[] = [];
  async function create(options: Partial<FolderImageStoreOptions> = {}) {
    const store = await createFolderImageStore(folder, { log, ...options });
    stores.push(store);
    return store;
  }

  it('are files named after their laptop, their id and their type', async () => {
    const store = await create();
    const id = await store.save(image, live);
    expect(id).toMatch(UUID);
    expect(await readdir(folder)).toEqual([`${laptop}_${id}.png`]);
    expect(await readFile(join(folder, `${laptop}_${id}.png`))).toEqual(image.bytes);
  });

  it('leave nothing where the call has ended', async () => {
    const store = await create();
    const abort = new AbortController();
    const saving = store.save(image, abort.signal);
    abort.abort(new Error('over'));
    await expect(saving).rejects.toThrow('over');
    expect(await readdir(folder)).toEqual([]);
  });

  it('leave nothing where they cannot be named', async () => {
    const store = await create();
    await expect(store.save({ ...image, laptop: 'no/such/folder' }, live)).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual([]);
  });

  it('lose what a killed process has left unfinished, and nothing else', async () => {
    await create();
    const [old, young] = [pickUuid(random), pickUuid(random)];
    const names = [`.${old}.part`, `.${young}.part`, `${laptop}_${old}.png`, 'notes.part'];
    for (const name of names) await writeFile(join(folder, name), 'x');
    const longAgo = new Date(Date.now() - 61_000);
    for (const name of names) if (!name.includes(young)) await utimes(join(folder, name), longAgo, longAgo);
    await create();
    expect((await readdir(folder)).toSorted()).toEqual(names.filter((name) => name !== names[0]).toSorted());
  });

  it('lose what was left unfinished shortly before the start, too, and as long as they are looked after', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const store = await create();
    const leave = async () => {
      const path = join(folder, `.${pickUuid(random)}.part`);
      await writeFile(path, 'x');
      await utimes(path, new Date(), new Date());
    };
    const isEmpty = async () => (await readdir(folder)).length === 0;
    for (let round = 0; round < 2; round += 1) {
      await leave();
      vi.advanceTimersByTime(60_000);
      vi.advanceTimersByTime(60_000);
      await until(isEmpty);
    }
    store.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('say in the log that what is unfinished cannot be removed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    await create({ log: createLogger({ service: 'test', logLevel: 'warn', destination }) });
    await rename(folder, `${folder} moved`);
    vi.advanceTimersByTime(60_000);
    await until(() => lines.length > 0);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 'warn', msg: 'unfinished images cannot be removed', folder, err: { code: 'ENOENT' } },
    ]);
  });

  it('bring the names of folders that are made to disk, and that of each image before it is acknowledged', async () => {
    const synced: string[] = [];
    const syncFolder = async (path: string) => {
      synced.push(`${path}: ${(await readdir(path)).length}`);
    };
    const store = await create({ syncFolder });
    expect(synced.splice(0)).toEqual([`${join(root, 'deep')}: 1`, `${root}: 1`]);
    await store.save(image, live);
    expect(synced.splice(0)).toEqual([`${folder}: 1`]);
    await create({ syncFolder });
    expect(synced).toEqual([]);
  });

  it('are gone where their names cannot be brought to disk, as the caller is told', async () => {
    const store = await create();
    await store.save(image, live);
    const failing = await create({ syncFolder: () => Promise.reject(new Error('EIO')) });
    await expect(failing.save(image, live)).rejects.toThrow('EIO');
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('need a folder that can be made', async () => {
    await writeFile(join(root, 'deep'), 'a file');
    await expect(create()).rejects.toThrow(StartError);
    await expect(create()).rejects.toThrow(`the folder for images ${folder} cannot be used: `);
  });
});
