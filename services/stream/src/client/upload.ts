import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { CallError } from '@streamworks/common';
import { createProgress, folderOfPerson, toBytes, UsageError } from '@streamworks/common/cli';
import { takeArguments, toShown, type StreamInput } from './command-input.js';

const CHUNK_BYTES = 64 * 1024;

/** Stores a file, and checks that what is stored is what was read. */
export async function upload({ client, signal, print }: StreamInput, args: readonly string[]): Promise<void> {
  const [given] = takeArguments(args, 1);
  if (given === undefined) throw new UsageError('a file is missing');
  const path = resolve(folderOfPerson(), given);
  const orUsageError = (error: unknown): never => {
    throw toUsageError(path, error);
  };
  // Before it is opened: a pipe without a writer would be waited for, whatever the signal says.
  const { size, isFile } = await stat(path).then(
    (stats) => ({ size: stats.size, isFile: stats.isFile() }),
    orUsageError,
  );
  if (!isFile) throw new UsageError(`${path} is no file`);
  const file = await open(path).catch(orUsageError);
  const hash = createHash('sha256');
  const progress = createProgress({ total: size });
  let sent = 0;
  async function* toChunks() {
    let chunkNumber = 0;
    for await (const data of file.createReadStream({ highWaterMark: CHUNK_BYTES })) {
      const chunk = data as Buffer; // there is no encoding
      hash.update(chunk);
      yield { fileName: chunkNumber === 0 ? basename(path) : '', data: chunk, chunkNumber };
      chunkNumber += 1;
      sent += chunk.length;
      progress.update(sent);
    }
    if (chunkNumber === 0) yield { fileName: basename(path), chunkNumber };
  }
  const start = performance.now();
  try {
    const { fileId, totalSize, message } = await client.uploadFile(toChunks(), { signal });
    progress.stop();
    print(toShown(message));
    print(`id: ${toShown(fileId)}`);
    if (fileId !== hash.digest('hex') || totalSize !== BigInt(sent)) {
      throw new Error(`${path} has other bytes than what was stored`);
    }
    print(`${toBytes(sent)}, ${toBytes((sent * 1000) / (performance.now() - start))}/s`);
  } catch (error) {
    progress.stop();
    const id = await findStored({ client, signal }, { error, path, size });
    if (id === undefined) throw error;
    print(`the same bytes are stored already\nid: ${id}`);
  } finally {
    progress.stop();
    await file.close();
  }
}

/** Where there is no room: a server knows only at the end of a file that it has it, and has refused it long before. */
async function findStored(
  { client, signal }: Pick<StreamInput, 'client' | 'signal'>,
  { error, path, size }: { readonly error: unknown; readonly path: string; readonly size: number },
): Promise<string | undefined> {
  if (!(error instanceof CallError) || error.code !== 'RESOURCE_EXHAUSTED') return undefined;
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { signal })) hash.update(bytes as Buffer); // there is no encoding
  const fileId = hash.digest('hex');
  try {
    // From its end on: nothing, and OK.
    for await (const _chunk of client.downloadFile({ fileId, offset: BigInt(size) }, { signal })) return undefined;
    return fileId;
  } catch (missing) {
    if (missing instanceof CallError) return undefined;
    throw missing;
  }
}

function toUsageError(path: string, error: unknown): UsageError {
  const { code } = error as NodeJS.ErrnoException; // the file system throws no other
  return new UsageError(`${path} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
}
