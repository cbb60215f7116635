import { CallError, Metadata, type Client } from '@streamworks/common';
import { gate } from '@streamworks/common/testing';
import type { ChatService } from '@streamworks/proto/chat/chat';
import { createSilence } from './listener.js';

/** One in a room who stops to read after the first message, and comes back behind the last that it has read. */
export interface StoppedMember {
  /** Resolves when it is in the room. */
  readonly joined: Promise<void>;
  /** Reads on, and comes back where its call was ended, until it has so many messages or the time is over. */
  comeBack(expected: number, limitMs: number): Promise<ComeBack>;
}

/** What became of it. */
export interface ComeBack {
  /** How its first call ended: `OK` where it was not ended by the server. */
  readonly end: string;
  readonly missed: number;
  readonly doubled: number;
}

export function startStoppedMember(
  client: Client<typeof ChatService>,
  { user, room }: { readonly user: string; readonly room: string },
): StoppedMember {
  const [joined, resumed, complete] = [gate(), gate(), gate()];
  const over = new AbortController();
  const seen = new Set<bigint>();
  let [after, doubled, expected] = [0n, 0, Infinity];

  /** The status at its end. */
  async function listen(): Promise<string> {
    const metadata = new Metadata();
    metadata.set('user-id', user);
    metadata.set('room-id', room);
    metadata.set('after-sequence', String(after));
    const silence = createSilence();
    const options = { metadata, signal: over.signal, onHeader: () => joined.open() };
    try {
      for await (const { sequence } of client.chat(silence.messages, options)) {
        if (seen.has(sequence)) doubled += 1;
        seen.add(sequence);
        after = sequence;
        await resumed;
        if (seen.size >= expected) complete.open();
      }
      return 'OK';
    } catch (error) {
      if (error instanceof CallError) return error.code;
      throw error;
    } finally {
      silence.stop();
    }
  }

  const first = listen();
  first.catch(() => undefined); // until somebody asks how it ended
  return {
    joined: Promise.race([joined, first.then(() => undefined)]),
    async comeBack(count, limitMs) {
      expected = count;
      resumed.open();
      const limit = setTimeout(() => complete.open(), limitMs);
      const ended = await Promise.race([first, complete.then(() => 'OK')]);
      const again = ended === 'OK' || seen.size >= expected ? undefined : listen();
      await complete;
      clearTimeout(limit);
      over.abort();
      await Promise.all([first, again]);
      return { end: ended, missed: expected - seen.size, doubled };
    },
  };
}
