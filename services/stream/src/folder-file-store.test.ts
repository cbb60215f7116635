import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@streamworks/common';
import { collect } from '@streamworks/common/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFolder } from '../test/torture/create-folder.js';
import type { FileInfo, FileStore, OpenFile, Refusal, Upload } from './file-store.js';
import { openFolderFileStore } from './folder-file-store.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });
const toId = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

async function begin(store: FileStore): Promise<Upload> {
  const upload = await store.begin();
  if (typeof upload === 'string') throw new Error(upload);
  return upload;
}

async function store(files: FileStore, bytes: Uint8Array, name = 'a'): Promise<FileInfo | Refusal> {
  const upload = await begin(files);
  try {
    const refusal = await upload.write([bytes]);
    return refusal ?? (await upload.commit(name));
  } finally {
    await upload.discard();
  }
}

async function read(files: FileStore, id: string, offset = 0): Promise<Buffer | undefined> {
  const file = await files.open(id);
  if (file === undefined) return undefined;
  if (file === 'too-many-open') throw new Error(file);
  const pieces = await collect(file.read(offset));
  await file.close();
  return Buffer.concat(pieces);
}

/** A store in a folder that goes with it. */
async function create({ fileLimit = 2 ** 30, quota = 2 ** 40 } = {}) {
  const folder = await createFolder();
  const open = () => openFolderFileStore({ folder: folder.path, fileLimit, quota, log });
  return {
    path: folder.path,
    files: await open(),
    reopen: open,
    list: async () => ({
      files: await readdir(join(folder.path, 'files')),
      uploads: await readdir(join(folder.path, 'uploads')),
    }),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

describe('a store of files in a folder', { timeout: 30_000 }, () => {
  it('keeps bytes by their hash, and leaves nothing else', async () => {
    await using at = await create();
    const bytes = randomBytes(200_000);
    const id = toId(bytes);
    expect(await store(at.files, bytes, 'photo.jpg')).toEqual({ id, name: 'photo.jpg', size: 200_000 });
    expect(await read(at.files, id)).toEqual(bytes);
    expect(await at.list()).toEqual({ files: [id], uploads: [] });
    expect(await readFile(join(at.path, 'files', id, 'data'))).toEqual(bytes);
  });

  it('has whatever was written, in pieces of any sizes', async () => {
    await using at = await create();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 })), async (batches) => {
        const upload = await begin(at.files);
        for (const batch of batches) await upload.write(batch);
        const bytes = Buffer.concat(batches.flat());
        const id = toId(bytes);
        expect(await upload.commit('a')).toMatchObject({ id, size: bytes.length });
        await upload.discard();
        expect(await read(at.files, id)).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('reads from every offset on', async () => {
    await using at = await create();
    const bytes = randomBytes(150_000);
    await store(at.files, bytes);
    for (const offset of [0, 1, 65_535, 65_536, 65_537, 149_999, 150_000]) {
      expect(await read(at.files, toId(bytes), offset)).toEqual(bytes.subarray(offset));
    }
  });

  it('keeps an empty file', async () => {
    await using at = await create();
    expect(await store(at.files, Buffer.alloc(0))).toEqual({ id: EMPTY, name: 'a', size: 0 });
    expect(await read(at.files, EMPTY)).toEqual(Buffer.alloc(0));
  });

  it('keeps the same bytes once, with their first name, and counts them once', async () => {
    await using at = await create();
    const bytes = randomBytes(1000);
    await store(at.files, bytes, 'first');
    expect(await store(at.files, bytes, 'second')).toMatchObject({ id: toId(bytes), name: 'first' });
    const uploads = await Promise.all(Array.from({ length: 20 }, () => store(at.files, bytes, 'more')));
    expect(uploads.every((info) => typeof info === 'object' && info.name === 'first')).toBe(true);
    expect(at.files.usedBytes).toBe(1000);
    expect(await at.list()).toEqual({ files: [toId(bytes)], uploads: [] });
  });

  it('lets one of many with the same bytes be the file', async () => {
    await using at = await create();
    const bytes = randomBytes(1000);
    const infos = await Promise.all(Array.from({ length: 20 }, (_, index) => store(at.files, bytes, `n${index}`)));
    const [{ name } = { name: '' }] = infos as FileInfo[];
    expect(infos).toEqual(Array(20).fill({ id: toId(bytes), name, size: 1000 }));
    expect(at.files.usedBytes).toBe(1000);
  });

  it('takes no byte over the limit of a file, and leaves nothing of it', async () => {
    await using at = await create({ fileLimit: 100 });
    expect(await store(at.files, Buffer.alloc(101))).toBe('file-limit');
    const upload = await begin(at.files);
    expect(await upload.write([Buffer.alloc(60), Buffer.alloc(40)])).toBeUndefined();
    expect(await upload.write([Buffer.alloc(0)])).toBeUndefined();
    expect(await upload.write([Buffer.alloc(1)])).toBe('file-limit');
    await upload.discard();
    await upload.discard();
    expect(await at.list()).toEqual({ files: [], uploads: [] });
    expect(at.files.usedBytes).toBe(0);
    expect(await store(at.files, Buffer.alloc(100))).toMatchObject({ size: 100 });
  });

  it('takes no byte over the quota, what others are writing included', async () => {
    await using at = await create({ quota: 100 });
    const upload = await begin(at.files);
    await upload.write([Buffer.alloc(60)]);
    expect(await store(at.files, Buffer.alloc(41))).toBe('quota');
    expect(await store(at.files, Buffer.alloc(40))).toMatchObject({ size: 40 });
    expect(await upload.write([Buffer.alloc(1)])).toBe('quota');
    await upload.discard();
    expect(at.files.usedBytes).toBe(40);
    const reopened = await at.reopen();
    expect(reopened.usedBytes).toBe(40);
    expect(await store(reopened, Buffer.alloc(61))).toBe('quota');
    expect(await store(reopened, Buffer.alloc(0))).toMatchObject({ size: 0 });
  });

  it.each([
    '',
    '..',
    '../uploads',
    `../files/${EMPTY}`,
    EMPTY.toUpperCase(),
    `${EMPTY}0`,
    `${EMPTY}\n`,
    `${EMPTY}/data`,
    '\0',
  ])('has no file %j', async (id) => {
    await using at = await create();
    await store(at.files, Buffer.alloc(0));
    expect(await at.files.open(id)).toBeUndefined();
  });

  it('tells nobody that a damaged file is whole', async () => {
    await using at = await create();
    const bytes = randomBytes(100_000);
    await store(at.files, bytes);
    const file = (await at.files.open(toId(bytes))) as OpenFile;
    await truncate(join(at.path, 'files', toId(bytes), 'data'), 70_000);
    await expect(collect(file.read(0))).rejects.toThrow('ends at 70000 of 100000 bytes');
    await file.close();
  });

  it('waits for what is being written when it is closed', async () => {
    await using at = await create();
    const upload = await begin(at.files);
    await upload.write([Buffer.alloc(10)]);
    const closed = at.files.close().then(() => 'closed');
    expect(await Promise.race([closed, upload.write([Buffer.alloc(10)])])).toBeUndefined();
    await upload.discard();
    expect(await closed).toBe('closed');
  });
});
