import { Metadata, type Client } from '@streamworks/common';
import { gate } from '@streamworks/common/testing';
import type { ChatService } from '@streamworks/proto/chat/chat';

/** What listeners have heard together. */
export interface Tally {
  deliveries: number;
  /** Milliseconds from the moment a message was said, of those that were decoded. */
  readonly latencies: number[];
}

/** One user in a room. */
export interface Listener {
  /** Resolves when it is in the room. */
  readonly joined: Promise<void>;
  /** How many messages it has got. */
  readonly count: number;
  /** The status that its call has ended with, unless we ended it. */
  readonly failure: string | undefined;
  /** Makes a slow one read on. */
  resume(): void;
  stop(): void;
}

export interface ListenerOptions {
  readonly user: string;
  readonly room: string;
  readonly tally: Tally;
  /** Whether it stops to read after its first message. */
  readonly isSlow: boolean;
}

/** Joins a room and counts what comes. */
export function startListener(
  client: Client<typeof ChatService>,
  { user, room, tally, isSlow }: ListenerOptions,
): Listener {
  const abort = new AbortController();
  const joined = gate();
  const never = gate();
  const resumed = gate();
  const metadata = new Metadata();
  metadata.set('user-id', user);
  metadata.set('room-id', room);
  let count = 0;
  let failure: string | undefined;

  async function listen(): Promise<void> {
    const nothing: AsyncIterable<never> = {
      [Symbol.asyncIterator]: () => ({ next: () => never.then(() => ({ done: true, value: undefined })) }),
    };
    const options = { metadata, signal: abort.signal, onHeader: () => joined.open() };
    for await (const { content } of client.chat(nothing, options)) {
      count += 1;
      if (isSlow) await resumed;
      if (isSlow) continue; // what it has missed is none of the others' loss
      tally.deliveries += 1;
      if (content !== '') tally.latencies.push(performance.now() - Number.parseFloat(content));
    }
  }

  void listen().catch((error: unknown) => {
    if (!abort.signal.aborted) failure = String(error);
    joined.open();
  });
  return {
    joined,
    get count() {
      return count;
    },
    get failure() {
      return failure;
    },
    resume: () => resumed.open(),
    stop() {
      abort.abort();
      resumed.open();
      never.open();
    },
  };
}
