import { createHash } from 'node:crypto';
import type { Client } from '@streamworks/common';
import type { FileChunk, StreamService, UploadResponse } from '@streamworks/proto/stream_service';

/** Bytes as chunks of a file of this name, of so many bytes each. */
export function* toChunks(bytes: Buffer, { name = 'a.bin', size = 16 * 1024 } = {}): Generator<FileChunk> {
  for (let start = 0, chunkNumber = 0; start === 0 || start < bytes.length; start += size, chunkNumber += 1) {
    yield { fileName: chunkNumber === 0 ? name : '', data: bytes.subarray(start, start + size), chunkNumber };
  }
}

/** The id that a file with these bytes has. */
export function toId(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Uploads bytes as one file. */
export function uploadBytes(client: Client<typeof StreamService>, bytes: Buffer): Promise<UploadResponse> {
  return client.uploadFile(toChunks(bytes));
}

/** Downloads a file from an offset on. */
export async function downloadBytes(
  client: Client<typeof StreamService>,
  fileId: string,
  offset = 0n,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const { data } of client.downloadFile({ fileId, offset })) pieces.push(data);
  return Buffer.concat(pieces);
}
