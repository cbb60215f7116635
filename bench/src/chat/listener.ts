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
  /** Resolves when it is in the room; rejects where its call fails before. */
  readonly joined: Promise<void>;
  /** How many messages it has got. */
  readonly count: number;
  stop(): void;
}

export interface ListenerOptions {
  readonly user: string;
  readonly room: string;
  readonly tally: Tally;
}

/** Says nothing, until it is stopped. */
export function createSilence(): { readonly messages: AsyncIterable<never>; stop(): void } {
  const end = gate();
  const next = () => end.then(() => ({ done: true as const, value: undefined }));
  return { messages: { [Symbol.asyncIterator]: () => ({ next }) }, stop: () => end.open() };
}

/** Joins a room and counts what comes. */
export function startListener(client: Client<typeof ChatService>, { user, room, tally }: ListenerOptions): Listener {
  const abort = new AbortController();
  const joined = gate();
  const silence = createSilence();
  const metadata = new Metadata();
  metadata.set('user-id', user);
  metadata.set('room-id', room);
  let count = 0;

  async function listen(): Promise<void> {
    const options = { metadata, signal: abort.signal, onHeader: () => joined.open() };
    for await (const { content } of client.chat(silence.messages, options)) {
      count += 1;
      tally.deliveries += 1;
      if (content !== '') tally.latencies.push(performance.now() - Number.parseFloat(content));
    }
  }

  const ended = listen();
  ended.catch(() => undefined); // who listens no more has lost what is said from then on
  return {
    joined: Promise.race([joined, ended]),
    get count() {
      return count;
    },
    stop() {
      abort.abort();
      silence.stop();
    },
  };
}
