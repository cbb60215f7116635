import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@streamworks/common';
import type { ImageStore } from './image-store.js';

/** A file that is being written: nobody takes it for an image. */
const UNFINISHED = /^\.[0-9a-f-]{36}\.part$/;

/** An image is written at once when all of it has come: whoever wrote a file that is older than this has died. */
const LONGEST_WRITE_MS = 60_000;

/**
 * Keeps the images in a folder, which is made where it is missing: `LAPTOP_IMAGE.png`, by the UUIDs of both. Several instances may
 * share it. What a process has left unfinished that was killed is removed. Throws a StartError where the folder cannot be used.
 */
export async function createFolderImageStore(folder: string): Promise<ImageStore> {
  try {
    await mkdir(folder, { recursive: true });
    await removeUnfinished(folder);
  } catch (error) {
    throw new StartError(`the folder for images ${folder} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return {
    async save({ laptop, type, bytes }, signal) {
      const uuid = randomUUID();
      const unfinished = join(folder, `.${uuid}.part`);
      try {
        await writeToDisk(unfinished, bytes);
        signal.throwIfAborted();
        await rename(unfinished, join(folder, `${laptop}_${uuid}.${type}`));
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      await syncFolder(folder); // until then the name may be lost with the power
      return uuid;
    },
  };
}

async function writeToDisk(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!UNFINISHED.test(name)) continue;
    const path = join(folder, name);
    const file = await stat(path).catch(ignoreMissing);
    if (file !== undefined && file.mtimeMs < Date.now() - LONGEST_WRITE_MS) await rm(path, { force: true });
  }
}

/** Another instance may have removed it, or finished it. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
