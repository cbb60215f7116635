import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@streamworks/common';
import { createTestContext, from, gate } from '@streamworks/common/testing';
import type { FileChunk } from '@streamworks/proto/stream_service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolder } from '../../test/torture/create-folder.js';
import { openFolderFileStore, type FolderFileStore } from '../folder-file-store.js';
import { createDownloadFile } from './download-file.js';
import { createUploadFile } from './upload-file.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });
let folder: Awaited<ReturnType<typeof createFolder>>;
let files: FolderFileStore;
beforeEach(async () => {
  folder = await createFolder();
  files = await openFolderFileStore({ folder: folder.path, fileLimit: 1_000_000, quota: 3_000_000, log });
});
afterEach(() => folder[Symbol.asyncDispose]());

const upload = (chunks: Iterable<FileChunk> | AsyncIterable<FileChunk>, context = createTestContext()) =>
  createUploadFile(files, { fileLimit: 1_000_000, uploadStallMs: 30_000 })(from(chunks), context);
const toChunks = (pieces: readonly Uint8Array[], names: readonly string[] = ['a.bin']): FileChunk[] =>
  pieces.map((data, chunkNumber) => ({ fileName: names[chunkNumber] ?? '', data: Buffer.from(data), chunkNumber }));
const download = async (fileId: string, offset = 0n) => {
  const context = createTestContext<FileChunk>();
  await createDownloadFile(files)({ fileId, offset }, context);
  return { chunks: context.written as FileChunk[], header: context.responseHeader.getMap() };
};
const leftovers = () => readdir(join(folder.path, 'uploads'));
const refusal = (field: string, text: string) => ({
  code: 'INVALID_ARGUMENT',
  message: expect.stringContaining(`${field}: ${text}`) as string,
  details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [expect.objectContaining({ field })] } }],
});

describe('uploadFile', { timeout: 30_000 }, () => {
  it('stores the chunks as one file, which comes back from every offset', async () => {
    const bytes = randomBytes(300_000);
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 1), bytes.subarray(1, 250_000), bytes.subarray(250_000)];
    const { fileId = '', ...rest } = await upload(toChunks(pieces, ['文件.bin', '', '文件.bin']));
    expect(rest).toEqual({ totalSize: 300_000n, message: '文件 文件.bin 上传成功' });
    for (const offset of [0, 1, 65_536, 299_999]) {
      const { chunks, header } = await download(fileId, BigInt(offset));
      expect(Buffer.concat(chunks.map(({ data }) => data))).toEqual(bytes.subarray(offset));
      expect(chunks.map(({ chunkNumber }) => chunkNumber)).toEqual(chunks.map((_, index) => index));
      expect(chunks.map(({ fileName }) => fileName)).toEqual(chunks.map((_, index) => (index === 0 ? '文件.bin' : '')));
      expect(header).toMatchObject({ 'file-size': '300000', 'file-name-bin': Buffer.from('文件.bin') });
    }
    expect(await leftovers()).toEqual([]);
  });

  it('stores one chunk without data as an empty file', async () => {
    const { fileId = '', totalSize } = await upload(toChunks([Buffer.alloc(0)]));
    expect(totalSize).toBe(0n);
    expect((await download(fileId)).chunks).toEqual([]);
  });

  it('says of an upload whose bytes somebody has removed that it is to be sent again', async () => {
    async function* chunks() {
      yield* toChunks(Array.from({ length: 1000 }, () => Buffer.from('x'))); // a batch, which has been written then
      const [name = ''] = await leftovers();
      await rm(join(folder.path, 'uploads', name), { recursive: true });
    }
    await expect(upload(chunks())).rejects.toMatchObject({
      code: 'ABORTED',
      message: 'what was written has been removed meanwhile: send the file again',
    });
    expect(files.usedBytes).toBe(0);
    expect(await readdir(join(folder.path, 'files'))).toEqual([]);
  });

  const piece = Buffer.from('x');
  const three = toChunks([piece, piece, piece]);
  it.each<[string, FileChunk[], string, string]>([
    ['no chunk', [], 'fileName', 'is missing'],
    ['no name', [{ fileName: '', data: piece, chunkNumber: 0 }], 'fileName', 'is missing'],
    ['a path', [{ fileName: '../x', data: piece, chunkNumber: 0 }], 'fileName', 'has a path'],
    ['a long name', [{ fileName: 'x'.repeat(129), data: piece, chunkNumber: 0 }], 'fileName', 'has 129 bytes'],
    ['another name', toChunks([piece, piece], ['a', 'b']), 'fileName', 'is another one'],
    ['a gap at the start', [{ fileName: 'a', data: piece, chunkNumber: 1 }], 'chunkNumber', 'is 1, and must be 0'],
    ['a gap', [three[0]!, three[2]!], 'chunkNumber', 'is 2, and must be 1'],
    ['a repeat', [...toChunks([piece]), ...toChunks([piece])], 'chunkNumber', 'is 0, and must be 1'],
    ['another order', [0, 2, 1].map((index) => three[index]!), 'chunkNumber', 'is 2, and must be 1'],
    ['a negative number', [{ fileName: 'a', data: piece, chunkNumber: -1 }], 'chunkNumber', 'is -1'],
  ])('refuses %s, and keeps nothing', async (_case, chunks, field, text) => {
    await expect(upload(chunks)).rejects.toMatchObject(refusal(field, text));
    expect(await leftovers()).toEqual([]);
    expect(files.usedBytes).toBe(0);
  });

  it.each([
    ['the limit', 0, 'the file is too large: one may have 1000000 bytes'],
    ['the quota', 4, 'there is no room for this file: the quota of all files is used up'],
  ])(
    'refuses a file over %s, though there is more to come, and keeps nothing of it',
    async (_case, others, message) => {
      for (let count = 0; count < others; count += 1) await upload(toChunks([randomBytes(600_000 + count)]));
      const used = files.usedBytes;
      const never = gate();
      async function* chunks(): AsyncGenerator<FileChunk> {
        for (let chunkNumber = 0; chunkNumber < 2000; chunkNumber += 1) {
          yield { fileName: 'a', data: randomBytes(1000), chunkNumber };
        }
        await never;
      }
      await expect(upload(chunks())).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', message });
      expect(await leftovers()).toEqual([]);
      expect(files.usedBytes).toBe(used);
    },
  );

  it('keeps nothing of a stream that is cut off', async () => {
    async function* chunks(): AsyncGenerator<FileChunk> {
      yield* toChunks([randomBytes(1000), randomBytes(1000)]);
      throw new Error('cut off');
    }
    await expect(upload(chunks())).rejects.toThrow('cut off');
    expect(await leftovers()).toEqual([]);
    expect(files.usedBytes).toBe(0);
  });
});

describe('an uploader who sends nothing', { timeout: 30_000 }, () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is ended after the time that the settings say, which begins anew with each chunk', async () => {
    const context = createTestContext();
    const [first, second, third] = [gate(), gate(), gate()];
    const asked: number[] = [];
    async function* chunks(): AsyncGenerator<FileChunk> {
      for (const [index, each] of [first, second, third].entries()) {
        asked.push(index);
        await each;
        yield { fileName: 'a', data: Buffer.from('x'), chunkNumber: index };
      }
    }
    // A stream that has its batches one by one, as chunks come.
    const requests = Object.assign(chunks(), {
      async *batches() {
        for await (const chunk of requests as AsyncIterable<FileChunk>) yield [chunk];
        return undefined;
      },
    }) as unknown as ReturnType<typeof from<FileChunk>>;
    const result = createUploadFile(files, { fileLimit: 100, uploadStallMs: 30_000 })(requests, context);
    const settled = Promise.resolve(result).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(context.ended).toBeUndefined();
    first.open();
    while (asked.length < 2) await new Promise(setImmediate); // these are no fake ones
    await vi.advanceTimersByTimeAsync(29_999);
    expect(context.ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2);
    expect(context.ended).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'no whole chunk has come for 30 s' });
    second.open();
    third.open();
    await settled;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('downloadFile', { timeout: 30_000 }, () => {
  it('judges the id and the offset', async () => {
    const { fileId = '' } = await upload(toChunks([randomBytes(10)]));
    expect(await download(fileId, 10n)).toMatchObject({ chunks: [], header: { 'file-size': '10' } });
    await expect(download(fileId, 11n)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(download(fileId, 2n ** 63n - 1n)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(download(fileId, -1n)).rejects.toMatchObject(refusal('offset', 'is -1'));
    await expect(download('x', -1n)).rejects.toMatchObject(refusal('offset', 'is -1'));
    for (const id of ['', 'x', '../../etc/passwd', fileId.toUpperCase(), '0'.repeat(64)]) {
      await expect(download(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(download('x'.repeat(129))).rejects.toMatchObject(refusal('fileId', 'may have 128 bytes'));
  });

  it('closes its file when the call is cancelled', async () => {
    const { fileId = '' } = await upload(toChunks([randomBytes(500_000)]));
    let closed = 0;
    const watched = {
      ...files,
      async open(id: string) {
        const file = await files.open(id);
        return typeof file === 'object' ? { ...file, close: () => ((closed += 1), file.close()) } : file;
      },
    };
    const context = createTestContext<FileChunk>();
    const write = context.write.bind(context);
    const cancelling = createTestContext<FileChunk>({
      write(message) {
        if (context.written.length === 2) context.cancel();
        return write(message);
      },
    });
    await expect(createDownloadFile(watched)({ fileId, offset: 0n }, cancelling)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect({ closed, sent: context.written.length }).toEqual({ closed: 1, sent: 2 });
  });
});
