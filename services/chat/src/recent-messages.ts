import type { StoredMessage } from './message-store.js';
import { countBytes } from './message-row.js';

/** The newest messages, in order. */
export interface RecentMessages {
  /** Adds the next one. */
  add(message: StoredMessage): void;
  /** Those after a sequence; undefined where some of them are no longer here. */
  after(sequence: bigint): readonly StoredMessage[] | undefined;
}

/** Keeps messages in memory, those that come after a sequence, the newest of them. */
export function createRecentMessages(start: bigint, { mostBytes = 1024 * 1024 } = {}): RecentMessages {
  let messages: StoredMessage[] = [];
  /** The first that is kept. */
  let head = 0;
  let bytes = 0;
  /** Everything behind this one is here. */
  let from = start;

  function dropFirst(): void {
    const first = messages[head];
    if (first === undefined) return;
    head += 1;
    bytes -= countBytes(first);
    from = first.sequence;
    if (head * 2 < messages.length) return;
    messages = messages.slice(head);
    head = 0;
  }

  return {
    add(message) {
      messages.push(message);
      bytes += countBytes(message);
      while (bytes > mostBytes) dropFirst();
    },
    after(sequence) {
      if (sequence < from) return undefined;
      let index = messages.length;
      while (index > head && (messages[index - 1]?.sequence ?? 0n) > sequence) index -= 1;
      return messages.slice(index);
    },
  };
}
