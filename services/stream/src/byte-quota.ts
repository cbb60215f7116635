/** Counts the bytes that all files have together, those that are being written included. */
export interface ByteQuota {
  readonly used: number;
  /** False where so many more are too many: then none are counted. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** A quota of which some bytes are used already: perhaps more than there are, where it was larger before. */
export function createByteQuota(limit: number, already: number): ByteQuota {
  let used = already;
  return {
    get used() {
      return used;
    },
    take(bytes) {
      if (bytes > 0 && used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}
