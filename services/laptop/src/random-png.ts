import { crc32, deflateSync } from 'node:zlib';
import type { Random } from '@streamworks/common';
import { pickInteger } from './pick.js';

/** How large a PNG is to be. */
export interface PngOptions {
  /** Pixels from side to side, and from top to bottom. Default: 16. */
  readonly pixels?: number;
  /** Bytes of the whole file, which a chunk of text fills up. Default: as few as the image takes. */
  readonly bytes?: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The length, the type and the checksum of a chunk. */
const CHUNK_FRAME = 12;

/** A square of random colours as PNG: https://www.w3.org/TR/png-3/. Throws a RangeError where it does not fit in the bytes. */
export function toRandomPng(random: Random, { pixels = 16, bytes }: PngOptions = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pixels, 0);
  header.writeUInt32BE(pixels, 4);
  header.set([8, 2], 8); // eight bits for each of red, green and blue
  const row = () => [0, ...Array.from({ length: pixels * 3 }, () => pickInteger(random, 0, 255))];
  const data = deflateSync(Buffer.from(Array.from({ length: pixels }, row).flat()));
  const parts = [SIGNATURE, toChunk('IHDR', header), toChunk('IDAT', data), toChunk('IEND', Buffer.alloc(0))];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes !== undefined && bytes !== size) parts.splice(2, 0, toFiller(bytes - size));
  return Buffer.concat(parts);
}

function toFiller(size: number): Buffer {
  const keyword = 'Comment\0';
  const length = size - CHUNK_FRAME - keyword.length;
  if (length < 0) throw new RangeError(`the image does not fit: ${-length} bytes are missing`);
  return toChunk('tEXt', Buffer.from(keyword + '.'.repeat(length), 'latin1'));
}

function toChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(CHUNK_FRAME + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}
