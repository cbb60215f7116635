import type { StoredMessage } from './message-store.js';

/** So much is handed on before others have their turn, and what was written goes out. */
const TURN_MS = 5;
const TURN_BYTES = 64 * 1024;

/** A turn of handing messages on, which begins now. */
export function createTurn() {
  const start = performance.now();
  let bytes = 0;
  return {
    /** Whether it has handed on enough, with this message. */
    isDue({ content }: StoredMessage): boolean {
      bytes += content.length;
      return bytes > TURN_BYTES || performance.now() - start > TURN_MS;
    },
  };
}
