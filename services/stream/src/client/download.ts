import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CallError, readBytes, readText, type Metadata } from '@streamworks/common';
import { createProgress, folderOfPerson, toBytes, UsageError, type Progress } from '@streamworks/common/cli';
import { findNameProblem } from '../file-name.js';
import { takeArguments, type StreamInput } from './command-input.js';

/** What the server says of a file before its bytes. */
interface Header {
  readonly size: number;
  readonly name: string | undefined;
}

/**
 * Gets a file: into `<id>.part` first, where a further run goes on; under its name when all of it is there and has the hash
 * that it is asked for by.
 */
export async function download(input: StreamInput, args: readonly string[]): Promise<void> {
  const [id, given] = takeArguments(args, 2);
  if (id === undefined) throw new UsageError('the id of a file is missing');
  if (!/^[0-9a-f]{64}$/.test(id)) throw new UsageError(`${JSON.stringify(id)} is no id: 64 digits 0-9 and a-f`);
  const wanted = given === undefined ? undefined : resolve(folderOfPerson(), given);
  if (wanted !== undefined) await refuseTaken(wanted);
  const folder = wanted === undefined ? folderOfPerson() : dirname(wanted);
  const part = join(folder, `${id}.part`);
  const file = await open(part, 'a').catch((error: unknown) => {
    throw new UsageError(`${part} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  });
  try {
    const path = await receive(input, { id, file, part, toPath: (name) => wanted ?? join(folder, name ?? id) });
    await rename(part, path);
    input.print(path);
  } finally {
    await file.close();
  }
}

interface Receiving {
  readonly id: string;
  readonly file: FileHandle;
  readonly part: string;
  /** Where the file is to be, given the name that it has on the server. */
  readonly toPath: (name: string | undefined) => string;
}

/** Adds what is missing; resolves with where the file is to be. */
async function receive({ client, signal, print }: StreamInput, { id, file, part, toPath }: Receiving): Promise<string> {
  const hash = createHash('sha256');
  const start = await addTo(hash, part);
  let header: Header | undefined;
  let progress: Progress | undefined;
  let size = start;
  const begin = performance.now();
  const onHeader = (metadata: Metadata): void => void (header = readHeader(metadata));
  try {
    for await (const { data } of client.downloadFile({ fileId: id, offset: BigInt(start) }, { signal, onHeader })) {
      progress ??= createProgress({ total: header?.size ?? 0, start });
      hash.update(data);
      await file.appendFile(data);
      size += data.length;
      progress.update(size);
    }
  } catch (error) {
    throw await explain(error, part, size);
  } finally {
    progress?.stop();
  }
  if (hash.digest('hex') !== id) {
    await rm(part);
    throw new Error('what was received has another hash: it is thrown away');
  }
  await file.sync();
  const path = toPath(header?.name);
  await refuseTaken(path);
  const rate = toBytes(((size - start) * 1000) / (performance.now() - begin));
  print(`${toBytes(size)}${start > 0 ? `, ${toBytes(start)} of which were there` : ''}, ${rate}/s, its hash is right`);
  return path;
}

/** Reads what is there already; resolves with its size. */
async function addTo(hash: Hash, part: string): Promise<number> {
  let size = 0;
  for await (const chunk of createReadStream(part)) {
    hash.update(chunk as Buffer); // there is no encoding
    size += (chunk as Buffer).length;
  }
  return size;
}

function readHeader(metadata: Metadata): Header {
  const name = readBytes(metadata, 'file-name-bin')?.toString();
  const isPlain = name !== undefined && findNameProblem(name) === undefined; // else it could be a path on this machine
  return { size: Number(readText(metadata, 'file-size') ?? 0), name: isPlain ? name : undefined };
}

/** Says of a call that was cut off how to go on; nothing stays of a file that cannot be had. */
async function explain(error: unknown, part: string, size: number): Promise<unknown> {
  if (!(error instanceof CallError)) return error;
  if (error.code === 'OUT_OF_RANGE') {
    await rm(part);
    return new Error('what was there already is longer than the file: it is thrown away');
  }
  if (size === 0) await rm(part);
  else process.stderr.write(`${toBytes(size)} are in ${part}: the same command goes on there\n`);
  return error;
}

async function refuseTaken(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`${path} is there already`);
}
