import type { ImageType } from './image-type.js';

/** An image that has been received whole. */
export interface Image {
  /** The UUID of its laptop, in the canonical form. */
  readonly laptop: string;
  readonly type: ImageType;
  readonly bytes: Uint8Array;
}

/** Keeps the images. */
export interface ImageStore {
  /**
   * Stores an image, and resolves with its id when it is stored for good. Where the signal aborts before that, it rejects with
   * the signal's reason, and nothing stays.
   */
  save(image: Image, signal: AbortSignal): Promise<string>;
}
