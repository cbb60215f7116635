/** Collects the bytes of an image in memory that grows with them, whatever the chunks they come in. */
export interface ImageBuffer {
  readonly size: number;
  append(chunk: Uint8Array): void;
  /** What was collected, without a copy. */
  toBytes(): Uint8Array;
}

const FIRST_BYTES = 16 * 1024;

/** Creates a buffer for at most so many bytes. A chunk that does not fit is a RangeError. */
export function createImageBuffer(limit: number): ImageBuffer {
  let bytes = new Uint8Array(Math.min(limit, FIRST_BYTES));
  let size = 0;
  return {
    get size() {
      return size;
    },
    append(chunk) {
      const needed = size + chunk.byteLength;
      if (needed > limit) throw new RangeError(`${needed} bytes are more than ${limit}`);
      if (needed > bytes.byteLength) {
        const larger = new Uint8Array(Math.min(limit, Math.max(needed, bytes.byteLength * 2)));
        larger.set(bytes.subarray(0, size));
        bytes = larger;
      }
      // A copy: a chunk shares its memory with all that came in one piece with it.
      bytes.set(chunk, size);
      size = needed;
    },
    toBytes: () => bytes.subarray(0, size),
  };
}
