import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { createProgress, UsageError } from '@streamworks/common/cli';
import { imageTypeNames, readImageType, sniffImageType, type ImageType } from '../image-type.js';

/** An image on disk. */
export interface ImageFile {
  readonly type: ImageType;
  /** Bytes. */
  readonly size: number;
  /** Its bytes as they are taken, with a progress bar in a terminal. */
  read(): AsyncGenerator<Buffer>;
}

const CHUNK_BYTES = 16 * 1024;

/** Where the type stands, and more than that. */
const BEGINNING_BYTES = 4_096;

/** Finds an image. What any server would refuse is a UsageError: no file, an empty one, none of the types, another type than its name says. */
export async function findImageFile(path: string): Promise<ImageFile> {
  const found = await stat(path).catch(ignoreMissing);
  if (found?.isFile() !== true) throw new UsageError(`${path} is no file`);
  const type = readImageType(extname(path));
  if (type === undefined) throw new UsageError(`${path} has none of the endings ${imageTypeNames.join(', ')}`);
  if (found.size === 0) throw new UsageError(`${path} is empty`);
  const sniffed = await sniffImageType(await readBeginning(path));
  if (sniffed !== type)
    throw new UsageError(`${path} is ${sniffed === undefined ? 'no image' : `of the type ${sniffed}`}`);
  return { type, size: found.size, read: () => readWithProgress(path, found.size) };
}

async function readBeginning(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(BEGINNING_BYTES), position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* readWithProgress(path: string, size: number): AsyncGenerator<Buffer> {
  const progress = createProgress({ total: size });
  let done = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      yield chunk;
      done += chunk.length;
      progress.update(done);
    }
  } finally {
    progress.stop();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
