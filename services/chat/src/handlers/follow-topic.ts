import type { LogTail } from '../log-tail.js';
import { isAbout, type MessageStore, type StoredMessage, type Topic } from '../message-store.js';

/** What is followed, and by whom. */
export interface Following {
  readonly messages: MessageStore;
  readonly tail: LogTail;
  readonly topic: Topic;
  /** Where it begins. */
  readonly after: bigint;
  /** Aborts with the call. */
  readonly signal: AbortSignal;
  /** Whether this one of the topic is delivered. */
  wants(message: StoredMessage): boolean;
  /** Hands a message to the call; a promise where that has to wait for the reader. */
  write(message: StoredMessage): Promise<void> | undefined;
  /** Called when all that has been handed on was written: what comes from now on is delivered live. */
  join(): void;
}

/**
 * Writes what came after a sequence, at the reader's pace, and joins the live messages when it has caught up: without a gap and
 * without a double. No turn of the event loop passes between the look at what is left and the call of `join`; where one had to,
 * more may have come meanwhile, and is written first.
 */
export async function followTopic(following: Following): Promise<void> {
  const { tail, join, signal } = following;
  await tail.catchUp(signal);
  // A sequence that nobody has been given yet stands for the newest: the store may be another one than it was.
  let after = following.after < tail.position ? following.after : tail.position;
  for (;;) {
    const upTo = tail.position;
    const recent = tail.recentAfter(after);
    if (recent === undefined) {
      await replay(following, { after, upTo });
      after = upTo;
    } else {
      const pause = writeUntilFull(following, recent);
      if (pause === undefined) return join();
      await pause.waiting;
      after = pause.after;
    }
  }
}

async function replay(
  { messages, topic, wants, write }: Following,
  range: { readonly after: bigint; readonly upTo: bigint },
): Promise<void> {
  for await (const message of messages.read(topic, range)) {
    if (!wants(message)) continue;
    const waiting = write(message);
    if (waiting !== undefined) await waiting;
  }
}

/** Writes messages until the reader has to be waited for, and says after which one that was; undefined where all are written. */
function writeUntilFull({ topic, wants, write }: Following, messages: readonly StoredMessage[]) {
  for (const message of messages) {
    if (!isAbout(topic, message) || !wants(message)) continue;
    const waiting = write(message);
    if (waiting !== undefined) return { waiting, after: message.sequence };
  }
  return undefined;
}
