import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CallError, readBytes, readText, type Metadata } from '@streamworks/common';
import { createProgress, folderOfPerson, toBytes, UsageError, type Progress } from '@streamworks/common/cli';
import { findNameProblem } from '../file-name.js';
import { takeArguments, type StreamInput } from './command-input.js';
import { openPartFile, type PartFile } from './part-file.js';

/** What the server says of a file before its bytes. */
interface Header {
  readonly size: number;
  readonly name: string | undefined;
}

/**
 * Gets a file: a part of it stays in `<id>.part`, where a further run goes on; it gets its name when all of it is on disk and
 * has the hash that it is asked for by.
 */
export async function download(input: StreamInput, args: readonly string[]): Promise<void> {
  const [id, given] = takeArguments(args, 2);
  if (id === undefined) throw new UsageError('the id of a file is missing');
  if (!/^[0-9a-f]{64}$/.test(id)) throw new UsageError(`${JSON.stringify(id)} is no id: 64 digits 0-9 and a-f`);
  const wanted = given === undefined ? undefined : resolve(folderOfPerson(), given);
  if (wanted !== undefined) await refuseTaken(wanted);
  const folder = wanted === undefined ? folderOfPerson() : dirname(wanted);
  const part = await openPartFile(folder, id);
  const toPath = async (name: string = id): Promise<string> => {
    if (wanted !== undefined) return wanted;
    if (name.startsWith('.')) {
      throw new UsageError(`its name is ${JSON.stringify(name)}: say where a hidden file is to be, after the id`);
    }
    const path = join(folder, name);
    await refuseTaken(path);
    return path;
  };
  const begin = performance.now();
  try {
    const { path, size } = await receive(input, { id, part, toPath });
    const seconds = (performance.now() - begin) / 1000;
    if ((await readHash(part)) !== id) {
      await part.remove();
      throw new Error('what was received has another hash: it is thrown away');
    }
    await refuseTaken(path);
    await part.publish(path);
    const there = part.size > 0 ? `, ${toBytes(part.size)} of which were there` : '';
    input.print(`${toBytes(size)}${there}, ${toBytes((size - part.size) / seconds)}/s, its hash is right`);
    input.print(path);
  } finally {
    await part.close();
  }
}

interface Receiving {
  readonly id: string;
  readonly part: PartFile;
  /** Where the file is to be, given the name that it has on the server. Rejects where it cannot be there. */
  readonly toPath: (name: string | undefined) => Promise<string>;
}

/** Adds what is missing; resolves with where the file is to be, and how many bytes it has. */
async function receive({ client, signal }: StreamInput, { id, part, toPath }: Receiving) {
  let header: Header | undefined;
  let progress: Progress | undefined;
  let size = part.size;
  let path: string | undefined;
  const onHeader = (metadata: Metadata): void => void (header = readHeader(metadata));
  try {
    for await (const { data } of client.downloadFile({ fileId: id, offset: BigInt(size) }, { signal, onHeader })) {
      path ??= await toPath(header?.name); // not after a GiB
      progress ??= createProgress({ total: header?.size ?? 0, start: size });
      await part.write(data, size);
      size += data.length;
      progress.update(size);
    }
    return { path: path ?? (await toPath(header?.name)), size };
  } catch (error) {
    throw await explain(error, part, size);
  } finally {
    progress?.stop();
  }
}

/** The hash of what is on disk: what was received may not be all that was written there. */
async function readHash(part: PartFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of part.read()) hash.update(bytes);
  return hash.digest('hex');
}

function readHeader(metadata: Metadata): Header {
  const name = readBytes(metadata, 'file-name-bin')?.toString();
  const isPlain = name !== undefined && findNameProblem(name) === undefined; // else it could be a path on this machine
  return { size: Number(readText(metadata, 'file-size') ?? 0), name: isPlain ? name : undefined };
}

/** Says of a call that was cut off how to go on; nothing stays of a file that cannot be had. */
async function explain(error: unknown, part: PartFile, size: number): Promise<unknown> {
  if (error instanceof CallError && error.code === 'OUT_OF_RANGE') {
    await part.remove();
    return new Error('what was there already is longer than the file: it is thrown away');
  }
  if (size === 0) await part.remove();
  else if (error instanceof UsageError) await part.keep();
  else process.stderr.write(`${toBytes(size)} are in ${await part.keep()}: the same command goes on there\n`);
  return error;
}

async function refuseTaken(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`${path} is there already`);
}
