import { mkdir, opendir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '@streamworks/common';
import { createByteQuota } from './byte-quota.js';
import { createBufferCounter } from './free-buffers.js';
import type { FileStore, Upload } from './file-store.js';
import { createFolderUpload, DATA, toRefusal, type FolderUpload } from './folder-upload.js';
import { isMissing } from './is-missing.js';
import { ABANDONED_MS, createLeftovers } from './leftovers.js';
import { isFileId, openStoredFile } from './stored-file.js';
import { syncFolder } from './sync-folder.js';

/** Where files are kept, and how much of them. */
export interface FolderOptions {
  /** It is made where it is missing. Absolute. */
  readonly folder: string;
  /** The most bytes of one file. */
  readonly fileLimit: number;
  /** The most bytes of all files together. */
  readonly quota: number;
  readonly log: Pick<Logger, 'warn'>;
}

/** A store that can be looked at. */
export interface FolderFileStore extends FileStore {
  /** The bytes of all files, those that are being written or were left included. */
  readonly usedBytes: number;
  /** How many uploads a crash had left, which are gone now. */
  readonly leftovers: number;
}

/** So often uploads are touched that are being written: many times before they would count as abandoned. */
const TOUCH_MS = ABANDONED_MS / 20;

/** So often those are looked for that are abandoned. */
const SWEEP_MS = ABANDONED_MS / 5;

/**
 * Keeps files in a folder: `files/<id>` has the bytes of each, and its name; `uploads` has what is being written. A file moves
 * from one to the other in one rename, when all of it is on disk.
 */
export async function openFolderFileStore({
  folder,
  fileLimit,
  quota: limit,
  log,
}: FolderOptions): Promise<FolderFileStore> {
  const [files, uploads] = [join(folder, 'files'), join(folder, 'uploads')];
  for (const path of [files, uploads]) await makeFolder(path);
  const quota = createByteQuota(limit, await countBytes(files));
  const leftovers = createLeftovers({ uploads, quota, log });
  const removed = await leftovers.sweep();
  const open = new Set<FolderUpload>();
  const countBuffers = createBufferCounter(log);
  const sweep = (): void => {
    leftovers.sweep().catch((error: unknown) => log.warn({ err: error }, 'unfinished uploads cannot be looked for'));
  };
  const touch = (upload: FolderUpload): void => {
    upload.touch().catch((error: unknown) => {
      if (!isMissing(error)) log.warn({ err: error }, 'an upload cannot be touched'); // else it has just ended
    });
  };
  const timers = [setInterval(sweep, SWEEP_MS), setInterval(() => open.forEach(touch), TOUCH_MS)];
  for (const timer of timers) timer.unref();

  return {
    leftovers: removed,
    get usedBytes() {
      return quota.used;
    },
    async begin() {
      try {
        const upload = await createFolderUpload({ files, uploads, fileLimit, quota, countBuffers, log, leftovers });
        open.add(upload);
        void upload.ended.then(() => open.delete(upload));
        return upload satisfies Upload;
      } catch (error) {
        const refusal = toRefusal(error);
        if (refusal === undefined) throw error;
        return refusal;
      }
    },
    async open(id) {
      try {
        return await openStoredFile(files, id, countBuffers);
      } catch (error) {
        if (toRefusal(error) !== 'too-many-open') throw error;
        return 'too-many-open';
      }
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all([...open].map(({ ended }) => ended));
    },
  };
}

/**
 * Makes a folder where it is missing, and those above it. Resolves when the names of all that were made are on disk, and in any
 * case its own and that of the one above: whoever made them may have been killed before.
 */
async function makeFolder(path: string): Promise<void> {
  const first = (await mkdir(path, { recursive: true })) ?? path;
  const shortest = Math.min(first.length, dirname(path).length);
  for (let made = path; made.length >= shortest; made = dirname(made)) await syncFolder(dirname(made));
}

async function countBytes(files: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of await opendir(files)) {
    if (!isFileId(name)) continue;
    try {
      bytes += (await stat(join(files, name, DATA))).size;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return bytes;
}
