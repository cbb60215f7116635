import { randomUUID } from 'node:crypto';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError, type Logger } from '@streamworks/common';
import type { ImageStore } from './image-store.js';

/** What a folder of images is opened with. */
export interface FolderImageStoreOptions {
  readonly log: Logger;
  /** Resolves when the names in a folder are on disk. Default: what the operating system has for it. */
  readonly syncFolder?: (path: string) => Promise<void>;
}

/** The images in a folder, which is looked after until it is closed. */
export interface FolderImageStore extends ImageStore {
  close(): void;
}

/** A file that is being written: nobody takes it for an image. */
const UNFINISHED = /^\.[0-9a-f-]{36}\.part$/;

/** An image is written at once when all of it has come: whoever wrote a file that is older than this has died. */
const LONGEST_WRITE_MS = 60_000;

/**
 * Keeps the images in a folder, which is made where it is missing: `LAPTOP_IMAGE.png`, by the UUIDs of both. Several instances, on
 * several machines, may share it. What was left unfinished a minute ago, by whomever, is removed at the start and every minute.
 * Throws a StartError where the folder cannot be used.
 */
export async function createFolderImageStore(
  folder: string,
  { log, syncFolder = syncNames }: FolderImageStoreOptions,
): Promise<FolderImageStore> {
  try {
    await makeFolder(folder, syncFolder);
    await removeUnfinished(folder);
  } catch (error) {
    throw new StartError(`the folder for images ${folder} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const sweeping = setInterval(() => {
    removeUnfinished(folder).catch((err: unknown) => log.warn({ err, folder }, 'unfinished images cannot be removed'));
  }, LONGEST_WRITE_MS).unref();
  log.info({ folder }, 'images');
  return {
    async save({ laptop, type, bytes }, signal) {
      const uuid = randomUUID();
      const unfinished = join(folder, `.${uuid}.part`);
      const finished = join(folder, `${laptop}_${uuid}.${type}`);
      try {
        await writeToDisk(unfinished, bytes);
        signal.throwIfAborted();
        await rename(unfinished, finished);
        await syncFolder(folder); // until then the name may be lost with the power
      } catch (error) {
        // The caller is told that there is no image: there is none, whatever has failed.
        for (const path of [unfinished, finished]) await rm(path, { force: true });
        throw error;
      }
      return uuid;
    },
    close: () => clearInterval(sweeping),
  };
}

/** Each folder that is made is a name in another one, which is lost with the power until that is on disk. */
async function makeFolder(folder: string, syncFolder: (path: string) => Promise<void>): Promise<void> {
  const highest = await mkdir(folder, { recursive: true });
  if (highest === undefined) return;
  const top = dirname(highest);
  for (let made = folder; made !== top; made = dirname(made)) await syncFolder(dirname(made));
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

async function syncNames(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The names come a few at a time: all of a million at once would hold up everybody else. */
async function removeUnfinished(folder: string): Promise<void> {
  for await (const { name } of await opendir(folder)) {
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
