import { createHash } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm, rmdir, utimes, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@streamworks/common';
import type { ByteQuota } from './byte-quota.js';
import type { FileInfo, Refusal, Upload } from './file-store.js';
import { isMissing } from './is-missing.js';
import type { Leftovers } from './leftovers.js';
import { syncFolder } from './sync-folder.js';
import { toTemporaryName } from './upload-names.js';

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
  readonly log: Pick<Logger, 'warn'>;
  /** Who is given an upload that cannot be removed. */
  readonly leftovers: Pick<Leftovers, 'take'>;
}

/** An upload, and when it is a file or gone. */
export interface FolderUpload extends Upload {
  readonly ended: Promise<void>;
  /** Tells those who look for abandoned uploads that this one is not. */
  touch(): Promise<void>;
}

/** Begins an upload in a folder of its own, whose name says nothing of the file. Throws where the disk does. */
export async function createFolderUpload({
  files,
  uploads,
  fileLimit,
  quota,
  countBuffers,
  log,
  leftovers,
}: UploadFolders): Promise<FolderUpload> {
  const temporaryName = toTemporaryName();
  const folder = join(uploads, temporaryName);
  await mkdir(folder);
  const data = await open(join(folder, DATA), 'wx').catch(async (error: unknown) => {
    await rmdir(folder).catch(() => leftovers.take(temporaryName, 0)); // the first error is the one to tell
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
    touch: () => utimes(folder, new Date(), new Date()),
    write: (chunks) =>
      orRefuse(async () => {
        const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        if (size + bytes > fileLimit) return 'file-limit';
        if (!quota.take(bytes)) return 'quota';
        size += bytes;
        for (const chunk of chunks) hash.update(chunk);
        await writeAll(data, chunks, bytes);
        countBuffers(bytes);
        return undefined;
      }),
    async commit(name) {
      try {
        return await orRefuse(() => publish(name));
      } catch (error) {
        if (isMissing(error)) return 'removed';
        throw error;
      }
    },
    async discard() {
      if (state !== 'open') return;
      state = 'gone';
      try {
        await data.close();
        await rm(folder, { recursive: true, force: true });
        quota.give(size);
      } catch (error) {
        log.warn({ err: error, upload: temporaryName }, 'an upload cannot be removed: that is tried again');
        leftovers.take(temporaryName, size);
      } finally {
        setEnded();
      }
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

async function orRefuse<Result>(work: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await work();
  } catch (error) {
    const refusal = toRefusal(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** What an error of the system is where it has run out of something; else undefined. */
export function toRefusal(error: unknown): 'disk-full' | 'too-many-open' | undefined {
  const code = toCode(error);
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return 'disk-full';
  return ['EMFILE', 'ENFILE'].includes(code) ? 'too-many-open' : undefined;
}

function toCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
