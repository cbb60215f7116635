import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CallError, Metadata, type CallOptions } from '@streamworks/common';
import { createOutbox } from './outbox.js';

/** What the messages of a conversation have in common. */
export interface Talk {
  readonly messageId: string;
  readonly sequence: bigint;
}

/** One conversation: with a user, or in a room. */
export interface Conversation<Message extends Talk> {
  /** What the metadata of its calls say, each in UTF-8: keys without `-bin`. */
  readonly names: Readonly<Record<string, string>>;
  open(requests: AsyncIterable<Message>, options: CallOptions): AsyncIterable<Message>;
  toMessage(text: string, messageId: string): Message;
  /** How a message is shown; undefined for one that is of another conversation. */
  toLine(message: Message): string | undefined;
}

export interface ConverseOptions {
  /** What the person says; its end is the end of the conversation. */
  readonly texts: AsyncIterable<string>;
  /** The sequence behind which the history begins. */
  readonly after: bigint;
  readonly signal: AbortSignal;
  print(line: string): void;
  /** Says something about the conversation itself. */
  note(line: string): void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Whether a call that is made again may go well. RESOURCE_EXHAUSTED says that its reader was too slow, and it has got something
 * then; or that a message is too large, and is so the next time.
 */
function isPassing(code: string, hasBrought: boolean): boolean {
  return code === 'UNAVAILABLE' || (code === 'RESOURCE_EXHAUSTED' && hasBrought);
}

/**
 * Has a conversation until there is no more to say and everything that was said is acknowledged. Where its call is cut off,
 * it is made again behind the last message that has come, and what is not acknowledged is said again under the same id.
 */
export async function converse<Message extends Talk>(
  conversation: Conversation<Message>,
  { texts, signal, print, note, ...options }: ConverseOptions,
): Promise<void> {
  const outbox = createOutbox<Message>();
  let after = options.after;
  let pause = FIRST_RETRY_MS;
  let hasBrought = false;
  const saying = (async () => {
    try {
      for await (const text of texts) {
        const id = randomUUID();
        await outbox.add(id, conversation.toMessage(text, id));
      }
    } finally {
      outbox.end();
    }
  })();
  saying.catch(() => undefined); // why nothing more can be said is told when what was said is acknowledged

  async function call(): Promise<void> {
    const metadata = toMetadata({ ...conversation.names, 'after-sequence': String(after), echo: 'on' });
    const requests = outbox.open();
    hasBrought = false;
    try {
      for await (const message of conversation.open(requests.messages, { metadata, signal })) {
        pause = FIRST_RETRY_MS;
        hasBrought = true;
        if (message.sequence > after) after = message.sequence;
        const isOwn = outbox.acknowledge(message.messageId);
        const line = conversation.toLine(message);
        if (!isOwn && line !== undefined) print(line);
      }
    } finally {
      requests.close();
    }
  }

  for (;;) {
    try {
      await call();
      if (outbox.isDone) break;
    } catch (error) {
      if (!(error instanceof CallError) || !isPassing(error.code, hasBrought) || signal.aborted) throw error;
      note(`${error.code}: trying again`);
    }
    await delay(pause, undefined, { signal });
    pause = Math.min(pause * 2, LONGEST_RETRY_MS);
  }
  await saying;
}

function toMetadata(values: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values)) {
    if (key === 'after-sequence' || key === 'echo') metadata.set(key, value);
    else metadata.set(`${key}-bin`, Buffer.from(value));
  }
  return metadata;
}
