import { invalidArgument, StatusError, type Handler } from '@streamworks/common';
import type { StreamServiceMethods } from '@streamworks/proto/stream_service';
import type { FileStore, OpenFile } from '../file-store.js';
import { TOO_MANY_OPEN } from './too-many-open.js';

const ID_BYTES = 128;

/**
 * Sends a file from an offset on. The header says what the chunks cannot: `file-size`, its whole size in bytes, and
 * `file-name-bin`, its name in UTF-8.
 */
export const createDownloadFile =
  (files: FileStore): Handler<StreamServiceMethods['downloadFile']> =>
  async ({ fileId, offset }, context) => {
    if (Buffer.byteLength(fileId) > ID_BYTES) throw invalidArgument('fileId', `may have ${ID_BYTES} bytes`);
    if (offset < 0n) throw invalidArgument('offset', `is ${offset}, and may not be negative`);
    const file = await files.open(fileId);
    if (file === undefined) throw new StatusError('NOT_FOUND', `there is no file ${JSON.stringify(fileId)}`);
    if (file === 'too-many-open') throw new StatusError('RESOURCE_EXHAUSTED', TOO_MANY_OPEN);
    try {
      const start = toStart(file, offset);
      context.responseHeader.set('file-size', String(file.size));
      context.responseHeader.set('file-name-bin', Buffer.from(file.name));
      context.sendHeader();
      let chunkNumber = 0;
      for await (const data of file.read(start)) {
        await context.write({ fileName: chunkNumber === 0 ? file.name : '', data, chunkNumber });
        chunkNumber += 1;
      }
    } finally {
      await file.close();
    }
  };

function toStart({ size }: OpenFile, offset: bigint): number {
  if (offset > BigInt(size)) {
    throw new StatusError('OUT_OF_RANGE', `offset: ${offset} is beyond the ${size} bytes of the file`);
  }
  return Number(offset);
}
