import { mkdir, open, opendir, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createByteQuota } from './byte-quota.js';
import { createBufferCounter } from './free-buffers.js';
import type { FileStore, OpenFile, Upload } from './file-store.js';
import { createFolderUpload, DATA, isFull, NAME } from './folder-upload.js';
import { removeLeftovers } from './remove-leftovers.js';
import { syncFolder } from './sync-folder.js';

/** Where files are kept, and how much of them. */
export interface FolderOptions {
  /** It is made where it is missing. Absolute. */
  readonly folder: string;
  /** The most bytes of one file. */
  readonly fileLimit: number;
  /** The most bytes of all files together. */
  readonly quota: number;
}

/** A store that can be looked at. */
export interface FolderFileStore extends FileStore {
  /** The bytes of all files, those that are being written included. */
  readonly usedBytes: number;
  /** How many uploads a crash had left, which are gone now. */
  readonly leftovers: number;
}

const ID = /^[0-9a-f]{64}$/;

/** So much is read at a time, and is a chunk on the wire. */
const PIECE_BYTES = 64 * 1024;

/**
 * Keeps files in a folder: `files/<id>` has the bytes of each, and its name; `uploads` has what is being written. A file moves
 * from one to the other in one rename, when all of it is on disk.
 */
export async function openFolderFileStore({
  folder,
  fileLimit,
  quota: limit,
}: FolderOptions): Promise<FolderFileStore> {
  const [files, uploads] = [join(folder, 'files'), join(folder, 'uploads')];
  for (const path of [files, uploads]) await mkdir(path, { recursive: true });
  await syncFolder(folder);
  const leftovers = await removeLeftovers(uploads);
  const quota = createByteQuota(limit, await countBytes(files));
  const open = new Set<Promise<void>>();
  const countBuffers = createBufferCounter();

  return {
    leftovers,
    get usedBytes() {
      return quota.used;
    },
    async begin() {
      try {
        const upload = await createFolderUpload({ files, uploads, fileLimit, quota, countBuffers });
        const ended = upload.ended.finally(() => open.delete(ended));
        open.add(ended);
        return upload satisfies Upload;
      } catch (error) {
        if (isFull(error)) return 'disk-full';
        throw error;
      }
    },
    open: (id) => openFile(files, id, countBuffers),
    async close() {
      await Promise.all(open);
    },
  };
}

type CountBuffers = (bytes: number) => void;

async function openFile(files: string, id: string, countBuffers: CountBuffers): Promise<OpenFile | undefined> {
  if (!ID.test(id)) return undefined;
  const folder = join(files, id);
  let handle: FileHandle;
  try {
    handle = await open(join(folder, DATA));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const name = await readFile(join(folder, NAME), 'utf8');
    async function* read(offset: number): AsyncGenerator<Uint8Array> {
      for await (const piece of readPieces(handle, offset, size)) {
        yield piece;
        countBuffers(piece.length);
      }
    }
    return { id, name, size, read, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* readPieces(handle: FileHandle, offset: number, size: number): AsyncGenerator<Uint8Array> {
  for (let position = offset; position < size;) {
    // A buffer of its own for each: whoever takes it may keep it.
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - position));
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    if (bytesRead === 0) throw new Error(`a stored file ends at ${position} of ${size} bytes`);
    position += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

async function countBytes(files: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of await opendir(files)) {
    if (!ID.test(name)) continue;
    try {
      bytes += (await stat(join(files, name, DATA))).size;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return bytes;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
