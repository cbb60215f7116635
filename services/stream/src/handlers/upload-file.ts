import { invalidArgument, StatusError, type Handler } from '@streamworks/common';
import type { FileChunk, StreamServiceMethods } from '@streamworks/proto/stream_service';
import { findNameProblem } from '../file-name.js';
import type { FileStore, Refusal, Upload } from '../file-store.js';
import { TOO_MANY_OPEN } from './too-many-open.js';
import { createStallWatch } from './stall-watch.js';

/** What uploads are bounded by. */
export interface UploadOptions {
  /** The most bytes of one file: it is said to whoever sends more. */
  readonly fileLimit: number;
  /** The longest time between two whole chunks of an upload, in milliseconds. */
  readonly uploadStallMs: number;
}

/** Stores one file: its chunks go to disk as they come, and it becomes a file when the client has half-closed. */
export const createUploadFile =
  (files: FileStore, options: UploadOptions): Handler<StreamServiceMethods['uploadFile']> =>
  async (requests, context) => {
    const stall = createStallWatch(context, options.uploadStallMs);
    let name: string | undefined;
    let chunkNumber = 0;
    const check = (chunk: FileChunk): void => {
      name ??= readName(chunk);
      if (chunk.fileName !== '' && chunk.fileName !== name)
        throw invalidArgument('fileName', 'is another one than before');
      if (chunk.chunkNumber !== chunkNumber) {
        throw invalidArgument('chunkNumber', `is ${chunk.chunkNumber}, and must be ${chunkNumber}`);
      }
      chunkNumber += 1;
    };
    const orRefuse = createRefuser(options);
    let upload: Upload | undefined;
    try {
      for await (const batch of stall.watch(requests.batches())) {
        for (const chunk of batch) check(chunk);
        upload ??= orRefuse(await files.begin());
        orRefuse(await upload.write(batch.map(({ data }) => data)));
      }
      if (name === undefined || upload === undefined)
        throw invalidArgument('fileName', 'is missing: there was no chunk');
      const { id, size } = orRefuse(await upload.commit(name));
      return { fileId: id, totalSize: BigInt(size), message: `文件 ${name} 上传成功` };
    } finally {
      await upload?.discard();
    }
  };

function readName({ fileName }: FileChunk): string {
  const problem = findNameProblem(fileName);
  if (problem !== undefined) throw invalidArgument('fileName', problem);
  return fileName;
}

/** Lets through what is no refusal, and throws the status of one that is. */
function createRefuser({ fileLimit }: UploadOptions) {
  const messages: Readonly<Record<Refusal, string>> = {
    'file-limit': `the file is too large: one may have ${fileLimit} bytes`,
    quota: 'there is no room for this file: the quota of all files is used up',
    'disk-full': 'there is no room for this file: the disk is full',
    'too-many-open': TOO_MANY_OPEN,
    removed: 'what was written has been removed meanwhile: send the file again',
  };
  return <Result extends object | undefined>(result: Result | Refusal): Result => {
    if (typeof result !== 'string') return result;
    throw new StatusError(result === 'removed' ? 'ABORTED' : 'RESOURCE_EXHAUSTED', messages[result]);
  };
}
