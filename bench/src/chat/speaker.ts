import { setTimeout as delay } from 'node:timers/promises';
import { Metadata, type Client } from '@streamworks/common';
import type { ChatService } from '@streamworks/proto/chat/chat';

/** Who says something in a room, at a rate. */
export interface Speaker {
  /** Resolves with how many messages were stored, after the last of them was echoed. */
  readonly ended: Promise<number>;
}

export interface SpeakerOptions {
  readonly room: string;
  /** Messages a second; 0: as many as go. */
  readonly rate: number;
  readonly seconds: number;
  /** Bytes of a content. */
  readonly size: number;
  /** How many of its messages the slowest listener who keeps up has got: without a rate it is at most so far ahead of that. */
  readonly heard: () => number;
}

const TICK_MS = 2;
const MOST_AHEAD = 512;

/** Begins to speak. Each content begins with the time at which it was said. */
export function startSpeaker(
  client: Client<typeof ChatService>,
  { room, rate, seconds, size, heard }: SpeakerOptions,
): Speaker {
  const metadata = new Metadata();
  metadata.set('user-id', `speaker in ${room}`);
  metadata.set('room-id', room);
  metadata.set('echo', 'on');
  const start = performance.now();

  async function* say() {
    let count = 0;
    for (;;) {
      const elapsed = (performance.now() - start) / 1000;
      if (elapsed > seconds) return;
      const due = rate === 0 ? heard() + MOST_AHEAD : Math.floor(elapsed * rate);
      for (; count < due; count += 1) {
        yield { roomId: room, content: `${performance.now().toFixed(3)} `.padEnd(size, 'x') };
      }
      await delay(TICK_MS);
    }
  }

  async function speak(): Promise<number> {
    let stored = 0;
    for await (const _ of client.chat(say(), { metadata })) stored += 1;
    return stored;
  }
  return { ended: speak() };
}
