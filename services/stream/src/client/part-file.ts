import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@streamworks/common/cli';
import { syncFolder } from '../sync-folder.js';

/** What there is of a file that is being downloaded. No other process writes to it. */
export interface PartFile {
  /** How many bytes were there when it was opened. */
  readonly size: number;
  /** Puts bytes where they belong. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** The bytes that are on disk now, from the first one on. */
  read(): AsyncIterable<Buffer>;
  /** Leaves it where a further run finds it; resolves with that path. */
  keep(): Promise<string>;
  /** Resolves when it is on disk under a name of its own. */
  publish(path: string): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

const END = '.part';

/**
 * Opens `<id>.part` in a folder. Whoever writes to it gives it a name that tells who that is, `<id>.<process>@<machine>.part`:
 * a rename has one winner, and so each file one writer. One whose process is no more is taken over; where one runs, this throws.
 */
export async function openPartFile(folder: string, id: string): Promise<PartFile> {
  const kept = join(folder, id + END);
  const own = join(folder, `${id}.${process.pid}@${hostname()}${END}`);
  const found = await findParts(folder, id).catch(toUsageError(folder));
  for (const path of [...found, kept]) await rename(path, own).catch(passOverMissing);
  // For appending it is made where it is missing; what is written to a position needs another mode.
  await open(own, 'a').then((file) => file.close(), toUsageError(own));
  const file = await open(own, 'r+').catch(toUsageError(own));
  const { size } = await file.stat();
  return {
    size,
    write: (bytes, position) => writeAt(file, bytes, position),
    read: () => file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>, // there is no encoding
    async keep() {
      await rename(own, kept);
      return kept;
    },
    async publish(path) {
      await file.sync();
      const [named, opened] = [await stat(own).catch(passOverMissing), await file.stat()];
      if (named?.ino !== opened.ino || named.dev !== opened.dev) {
        throw new Error(`${own} was replaced by somebody else meanwhile`);
      }
      await rename(own, path);
      await syncFolder(folder);
    },
    remove: () => rm(own),
    close: () => file.close(),
  };
}

/** The parts that ended processes have left. Throws where a process that may run is at it. */
async function findParts(folder: string, id: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${id}.`) || !name.endsWith(END)) continue;
    const [, pid, host] = /^(\d+)@(.+)$/.exec(name.slice(id.length + 1, -END.length)) ?? [];
    if (pid === undefined || host === undefined) continue;
    const path = join(folder, name);
    if (host !== hostname()) {
      throw new Error(`process ${pid} of ${host} downloads this file to this folder; if it is no more, remove ${path}`);
    }
    if (isRunning(Number(pid))) {
      throw new Error(
        `process ${pid} downloads this file to this folder already; if that is another program, remove ${path}`,
      );
    }
    found.push(path);
  }
  return found;
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten; // the system may take less than it is given
  }
}

function passOverMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** For an error of the file system at a path that the person gave. */
function toUsageError(path: string): (error: unknown) => never {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException; // undefined where it is none of the system's
    throw code === undefined ? error : new UsageError(`${path} cannot be written: ${code}`);
  };
}
