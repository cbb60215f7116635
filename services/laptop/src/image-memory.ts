/** The memory that all images have together which are in memory, in bytes. */
export interface ImageMemory {
  readonly used: number;
  /** False where there are not so many more: then none are taken. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Counts the bytes of images up to a limit. */
export function createImageMemory(limit: number): ImageMemory {
  let used = 0;
  return {
    get used() {
      return used;
    },
    take(bytes) {
      if (used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}
