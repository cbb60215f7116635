import { once } from 'node:events';
import type { Http2Stream } from 'node:http2';
import type { Load } from '../bench-client.js';
import { readFields, toMostBytes, writeFields, type Fields } from './fields.js';

/** The flag for compression and the length. */
const HEADER_BYTES = 5;
const BATCH_BYTES = 64 * 1024;

/** Frames on their way into one write. */
export interface FrameWriter {
  /** Adds a message; gives false where it had to flush what was there, and the stream wants a pause. */
  readonly add: (first: number, second?: number | Buffer) => boolean;
  /** Writes what has been added; gives false where the stream wants a pause. */
  readonly flush: () => boolean;
}

/** Creates a writer that hands batches of 64 KiB on. */
export function createFrameWriter(write: (batch: Buffer) => boolean): FrameWriter {
  let batch = Buffer.allocUnsafe(BATCH_BYTES);
  let length = 0;
  const flush = (): boolean => {
    if (length === 0) return true;
    const full = batch.subarray(0, length);
    batch = Buffer.allocUnsafe(BATCH_BYTES);
    length = 0;
    return write(full);
  };
  return {
    flush,
    add(first, second) {
      const most = HEADER_BYTES + toMostBytes(typeof second === 'number' ? undefined : second);
      const isFull = length + most > batch.length;
      const goesOn = isFull ? flush() : true;
      if (most > batch.length) batch = Buffer.allocUnsafe(most);
      const end = writeFields(batch, length + HEADER_BYTES, first, second);
      batch[length] = 0;
      batch.writeUInt32BE(end - length - HEADER_BYTES, length + 1);
      length = end;
      return goesOn;
    },
  };
}

/** One message in its frame. */
export function toFrame(first: number, second?: number | Buffer): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + toMostBytes(typeof second === 'number' ? undefined : second));
  const end = writeFields(frame, HEADER_BYTES, first, second);
  frame[0] = 0;
  frame.writeUInt32BE(end - HEADER_BYTES, 1);
  return frame.subarray(0, end);
}

/** Takes chunks of a stream apart. The fields are the same object each time. */
export function createFrameReader(onMessage: (fields: Fields) => void): (chunk: Buffer) => void {
  const fields: Fields = { first: 0, second: 0, bytes: undefined };
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let wantedBytes = HEADER_BYTES;
  return (data) => {
    waiting.push(data);
    waitingBytes += data.length;
    if (waitingBytes < wantedBytes) return;
    const chunk = waiting.length === 1 ? data : Buffer.concat(waiting);
    let position = 0;
    wantedBytes = HEADER_BYTES;
    while (position + HEADER_BYTES <= chunk.length) {
      const start = position + HEADER_BYTES;
      const end = start + chunk.readUInt32BE(position + 1);
      if (end > chunk.length) {
        wantedBytes = end - position;
        break;
      }
      readFields(chunk, start, end, fields);
      onMessage(fields);
      position = end;
    }
    waiting = [chunk.subarray(position)];
    waitingBytes = chunk.length - position;
  };
}

/** Sends messages 0 to count - 1, pauses where the stream wants it, and ends the stream. */
export async function sendMessages(stream: Http2Stream, { count, payload }: Load): Promise<void> {
  const writer = createFrameWriter((batch) => stream.write(batch));
  for (let number = 0; number < count; number += 1) {
    if (!writer.add(number, payload)) await once(stream, 'drain');
  }
  writer.flush();
  stream.end();
}
