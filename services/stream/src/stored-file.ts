import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenFile } from './file-store.js';
import { DATA, NAME } from './folder-upload.js';
import { isMissing } from './is-missing.js';

/** So much is read at a time, and is a chunk on the wire. */
const PIECE_BYTES = 64 * 1024;

const ID = /^[0-9a-f]{64}$/;

/** Whether a text can be the id of a file, and so the name of a folder. */
export function isFileId(text: string): boolean {
  return ID.test(text);
}

/** Opens a file to be read; undefined where there is none. `countBuffers` is told of bytes that have gone through buffers. */
export async function openStoredFile(
  files: string,
  id: string,
  countBuffers: (bytes: number) => void,
): Promise<OpenFile | undefined> {
  if (!isFileId(id)) return undefined;
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
