import { StatusError } from '../errors/status-error.js';
import { CompressedMessage, type Encoding } from './compressed-message.js';

/** Before each message: a byte that says whether it is compressed, and its length in four. */
export const FRAME_HEADER_BYTES = 5;

/**
 * A message whose end is still to come starts with this much room, and doubles it as its bytes come in: enough for the common
 * chunk of 64 KiB in one copy, and memory that nothing touches before they come.
 */
const FIRST_ROOM_BYTES = 128 * 1024;

/** A message as it came in. */
export type Frame = Buffer | CompressedMessage;

/** Who is given the messages of a stream. */
export interface FrameReceiver {
  onFrame(message: Frame): void;
}

/**
 * Cuts chunks of an HTTP/2 stream into messages:
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests (Length-Prefixed-Message).
 *
 * A message that lies in one chunk is a view of it, without a copy. One that does not is put together in a buffer that
 * grows with what has arrived, so that neither tiny chunks nor a length that is never sent cost memory.
 */
export class FrameReader {
  readonly #maxMessageBytes: number;
  readonly #receiver: FrameReceiver;
  readonly #encoding: Encoding | undefined;
  /** Whether the message that has begun is compressed. */
  #isCompressed = false;
  /** The header of a frame that is not whole yet; most streams never need one. */
  #header: Buffer | undefined;
  #headerBytes = 0;
  /** The message that has begun and not ended, with as much room as it was given so far. */
  #message: Buffer | undefined;
  #messageBytes = 0;
  #length = 0;

  /** `encoding` is that of the call: undefined where its messages are not compressed. */
  constructor(maxMessageBytes: number, receiver: FrameReceiver, encoding?: Encoding) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#receiver = receiver;
    this.#encoding = encoding;
  }

  /** Whether the stream may end here: false in the middle of a message. */
  get isWhole(): boolean {
    return this.#headerBytes === 0;
  }

  /** Takes a chunk in. Throws a StatusError for a message over the limit, and for one that is compressed where none may be. */
  push(chunk: Buffer): void {
    let position = this.#headerBytes === 0 ? 0 : this.#continue(chunk, 0);
    while (position + FRAME_HEADER_BYTES <= chunk.length) {
      const start = position + FRAME_HEADER_BYTES;
      const end = start + this.#readLength(chunk, position);
      if (end > chunk.length) break;
      this.#give(chunk.subarray(start, end));
      position = end;
    }
    if (position < chunk.length) this.#continue(chunk, position);
  }

  /** Adds to the frame that is not whole yet; gives the position behind what it took. */
  #continue(chunk: Buffer, start: number): number {
    let position = start;
    if (this.#headerBytes < FRAME_HEADER_BYTES) {
      this.#header ??= Buffer.alloc(FRAME_HEADER_BYTES);
      const taken = chunk.copy(this.#header, this.#headerBytes, position);
      this.#headerBytes += taken;
      position += taken;
      if (this.#headerBytes < FRAME_HEADER_BYTES) return position;
      this.#length = this.#readLength(this.#header, 0);
      this.#message = Buffer.allocUnsafe(Math.min(this.#length, FIRST_ROOM_BYTES));
      this.#messageBytes = 0;
    }
    const end = Math.min(chunk.length, position + this.#length - this.#messageBytes);
    const message = this.#makeRoom(end - position);
    this.#messageBytes += chunk.copy(message, this.#messageBytes, position, end);
    if (this.#messageBytes === this.#length) {
      this.#message = undefined;
      this.#headerBytes = 0;
      this.#give(message);
    }
    return end;
  }

  #give(message: Buffer): void {
    const isCompressed = this.#isCompressed && this.#encoding !== undefined;
    this.#receiver.onFrame(
      isCompressed ? new CompressedMessage(message, this.#encoding, this.#maxMessageBytes) : message,
    );
  }

  #makeRoom(bytes: number): Buffer {
    const message = this.#message ?? Buffer.alloc(0);
    const needed = this.#messageBytes + bytes;
    if (needed <= message.length) return message;
    const larger = Buffer.allocUnsafe(Math.min(this.#length, Math.max(needed, message.length * 2)));
    message.copy(larger, 0, 0, this.#messageBytes);
    this.#message = larger;
    return larger;
  }

  #readLength(bytes: Buffer, position: number): number {
    const flag = bytes[position];
    if (flag !== 0 && (flag !== 1 || this.#encoding === undefined)) {
      throw new StatusError('INTERNAL', 'a message has the compressed flag set and the call has no encoding');
    }
    this.#isCompressed = flag === 1;
    const length = bytes.readUInt32BE(position + 1);
    if (length > this.#maxMessageBytes) throw createTooLong(length, this.#maxMessageBytes);
    return length;
  }
}

/** The error for a message that is longer than it may be, both in bytes. */
export function createTooLong(bytes: number, most: number): StatusError {
  return new StatusError('RESOURCE_EXHAUSTED', `a message of ${bytes} bytes: the most is ${most}`);
}
