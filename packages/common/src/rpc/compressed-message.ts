import { gunzipSync, inflateSync } from 'node:zlib';
import { StatusError } from '../errors/status-error.js';

/** The encodings that a message may come in: https://github.com/grpc/grpc/blob/master/doc/compression.md */
const decompressors = { gzip: gunzipSync, deflate: inflateSync } as const;

/** The name of an encoding, as `grpc-encoding` has it. */
export type Encoding = keyof typeof decompressors;

/** Whether messages in this encoding can be read. */
export function isEncoding(name: unknown): name is Encoding {
  return typeof name === 'string' && Object.hasOwn(decompressors, name);
}

/** A message as it came over the wire, where it is compressed. It is decompressed when it is taken, and not before. */
export class CompressedMessage {
  readonly #bytes: Buffer;
  readonly #encoding: Encoding;
  readonly #maxMessageBytes: number;

  constructor(bytes: Buffer, encoding: Encoding, maxMessageBytes: number) {
    this.#bytes = bytes;
    this.#encoding = encoding;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Bytes, compressed. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Throws a StatusError for bytes that are not of the encoding, and for a message that becomes longer than it may be. */
  decompress(): Buffer {
    try {
      return decompressors[this.#encoding](this.#bytes, { maxOutputLength: this.#maxMessageBytes });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        const problem = `a message that decompresses to more than ${this.#maxMessageBytes} bytes`;
        throw new StatusError('RESOURCE_EXHAUSTED', problem);
      }
      throw new StatusError('INTERNAL', `a message cannot be decompressed as ${this.#encoding}`, { cause });
    }
  }
}
