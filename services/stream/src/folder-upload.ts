import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteQuota } from './byte-quota.js';
import type { FileInfo, Refusal, Upload } from './file-store.js';
import { toTemporaryName } from './remove-leftovers.js';
import { syncFolder } from './sync-folder.js';

/** What the folder of a file has in it. */
export const DATA = 'data';
export const NAME = 'name';

export interface UploadFolders {
  readonly files: string;
  readonly uploads: string;
  readonly fileLimit: number;
  readonly quota: ByteQuota;
  /** Told of bytes that have gone through buffers. */
  readonly countBuffers: (bytes: number) => void;
}

/** An upload, and when it is a file or gone. */
export interface FolderUpload extends Upload {
  readonly ended: Promise<void>;
}

/** Begins an upload in a folder of its own, whose name says nothing of the file. Throws where the disk does. */
export async function createFolderUpload({
  files,
  uploads,
  fileLimit,
  quota,
  countBuffers,
}: UploadFolders): Promise<FolderUpload> {
  const folder = join(uploads, toTemporaryName(randomUUID()));
  await mkdir(folder);
  const data = await open(join(folder, DATA), 'wx').catch(async (error: unknown) => {
    await remove(folder);
    throw error;
  });
  const hash = createHash('sha256');
  let size = 0;
  let state: 'open' | 'committed' | 'gone' = 'open';
  let setEnded!: () => void;
  const ended = new Promise<void>((resolve) => (setEnded = resolve));

  async function publish(name: string): Promise<FileInfo> {
    const id = hash.digest('hex');
    await data.sync();
    await data.close();
    await writeFile(join(folder, NAME), name, { flag: 'wx', flush: true });
    await syncFolder(folder);
    const isNew = await moveTo(folder, join(files, id));
    if (isNew) state = 'committed';
    try {
      // Also where another upload has put it there: that may not have come to this point.
      await syncFolder(files);
    } finally {
      if (isNew) setEnded();
    }
    return { id, name: isNew ? name : await readFile(join(files, id, NAME), 'utf8'), size };
  }

  return {
    ended,
    write: (chunks) =>
      orFull(async () => {
        const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        if (size + bytes > fileLimit) return 'file-limit';
        if (!quota.take(bytes)) return 'quota';
        size += bytes;
        for (const chunk of chunks) hash.update(chunk);
        await writeAll(data, chunks, bytes);
        countBuffers(bytes);
        return undefined;
      }),
    commit: (name) => orFull(() => publish(name)),
    async discard() {
      if (state !== 'open') return;
      state = 'gone';
      try {
        await data.close();
      } finally {
        await remove(folder);
      }
      quota.give(size);
      setEnded();
    },
  };
}

async function writeAll(data: FileHandle, chunks: readonly Uint8Array[], bytes: number): Promise<void> {
  if (bytes === 0) return;
  const { bytesWritten } = await data.writev(chunks);
  // The system may take less than it is given; what is behind that is rare, and written in one piece.
  if (bytesWritten < bytes) await data.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** Moves a folder to where it is to be; false where one is there already, with the same bytes then. */
async function moveTo(folder: string, place: string): Promise<boolean> {
  try {
    await rename(folder, place);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(toCode(error))) throw error;
    await access(join(place, DATA));
    return false;
  }
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

async function orFull<Result>(work: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (isFull(error)) return 'disk-full';
    throw error;
  }
}

/** Whether the disk, or what its user may have of it, is used up. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(toCode(error));
}

function toCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
