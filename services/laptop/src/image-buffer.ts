import type { ImageMemory } from './image-memory.js';

/** Collects the bytes of an image in memory that grows with them, whatever the chunks they come in. */
export interface ImageBuffer {
  readonly size: number;
  /** Adds a chunk; false, and nothing is added, where there is no memory for it. */
  append(chunk: Uint8Array): boolean;
  /** What was collected, without a copy. */
  toBytes(): Uint8Array;
  /** Gives the memory back, once nobody has the bytes any more. */
  release(): void;
}

/** What an image may take. */
export interface ImageBufferOptions {
  /** The most bytes of the image. */
  readonly limit: number;
  /** That of all images. */
  readonly memory: ImageMemory;
}

const FIRST_BYTES = 16 * 1024;

/** Creates a buffer. It has no memory before the first byte. A chunk that goes beyond the limit is a RangeError. */
export function createImageBuffer({ limit, memory }: ImageBufferOptions): ImageBuffer {
  let bytes = new Uint8Array(0);
  let size = 0;
  const grow = (needed: number): boolean => {
    const room = Math.min(limit, Math.max(needed, bytes.byteLength * 2, FIRST_BYTES));
    if (!memory.take(room - bytes.byteLength)) return false;
    const larger = new Uint8Array(room);
    larger.set(bytes.subarray(0, size));
    bytes = larger;
    return true;
  };
  return {
    get size() {
      return size;
    },
    append(chunk) {
      const needed = size + chunk.byteLength;
      if (needed > limit) throw new RangeError(`${needed} bytes are more than ${limit}`);
      if (needed > bytes.byteLength && !grow(needed)) return false;
      // A copy: a chunk shares its memory with all that came in one piece with it.
      bytes.set(chunk, size);
      size = needed;
      return true;
    },
    toBytes: () => bytes.subarray(0, size),
    release() {
      memory.give(bytes.byteLength);
      bytes = new Uint8Array(0);
      size = 0;
    },
  };
}
