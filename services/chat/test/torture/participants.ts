import { setTimeout as delay } from 'node:timers/promises';
import { CallError, createClient, Metadata, type CallOptions } from '@streamworks/common';
import { gate, until, type Gate } from '@streamworks/common/testing';
import { ChatService as RoomService } from '@streamworks/proto/chat/chat';
import { ChatService, MessageService } from '@streamworks/proto/message';

/** What a reader remembers of a message. */
export interface Seen {
  readonly id: string;
  readonly sequence: bigint;
}

/** Somebody who comes back whenever the call ends, until told to stop. */
export interface Participant {
  /** The ids that were acknowledged: the message is stored. */
  readonly acknowledged: ReadonlySet<string>;
  /** What has come, over all calls. */
  readonly seen: readonly Seen[];
  /** Sends nothing new; resolves when everything that was sent is acknowledged. What others send still comes. */
  settle(): Promise<void>;
  /** The same, and resolves when the last call has ended. */
  stop(): Promise<void>;
}

export interface ParticipantOptions {
  /** Where to call; asked anew for each call. */
  readonly target: () => string;
  readonly user: string;
}

const ROOM = 'lobby';
const HUB = 'hub';
const IN_FLIGHT = 4;
const RETRY_MS = 20;
const LIMIT_MS = 60_000;

const toMetadata = (values: Readonly<Record<string, string>>): Metadata => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values)) metadata.set(key, value);
  return metadata;
};

/** Calls again and again until it is over. A call that fails is one that is made again. */
async function persist(isOver: () => boolean, call: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
    if (!isOver()) await delay(RETRY_MS);
  }
}

/** A member of the room that talks all the time, resumes behind what it has seen, and says again what was not echoed. */
export function startTalker({ target, user }: ParticipantOptions): Participant {
  const acknowledged = new Set<string>();
  const seen: Seen[] = [];
  const waiting = new Set<string>();
  let [count, isSettling, isStopping] = [0, false, false];
  let wake: Gate = gate();

  async function* say(call: { isOver: boolean }) {
    const sent = new Set<string>();
    while (!call.isOver) {
      if (!isSettling && waiting.size < IN_FLIGHT) waiting.add(`${user} ${(count += 1)}`);
      const id = [...waiting].find((one) => !sent.has(one));
      if (id !== undefined) {
        sent.add(id);
        yield { roomId: ROOM, content: id, messageId: id };
      } else if (isStopping && waiting.size === 0) return;
      else await wake;
    }
  }

  async function talk(): Promise<void> {
    const client = createClient(RoomService, target());
    const call = { isOver: false };
    const after = String(seen.at(-1)?.sequence ?? 0n);
    const metadata = toMetadata({ 'user-id': user, 'room-id': ROOM, echo: 'on', 'after-sequence': after });
    try {
      for await (const { messageId: id, sequence } of client.chat(say(call), { metadata })) {
        seen.push({ id, sequence });
        if (!waiting.delete(id)) continue;
        acknowledged.add(id);
        signal();
      }
    } finally {
      call.isOver = true;
      signal();
      client.$close();
    }
  }

  function signal(): void {
    wake.open();
    wake = gate();
  }

  const ended = persist(() => isStopping && waiting.size === 0, talk);
  return {
    acknowledged,
    seen,
    async settle() {
      isSettling = true;
      await until(() => waiting.size === 0, LIMIT_MS);
    },
    async stop() {
      isSettling = true;
      isStopping = true;
      signal();
      await ended;
    },
  };
}

/** Somebody who sends messages to the hub a few at a time, and sends those again that were not counted. */
export function startSender({ target, user }: ParticipantOptions): Participant {
  const acknowledged = new Set<string>();
  let batch: string[] = [];
  let [count, isStopping] = [0, false];

  async function send(): Promise<void> {
    const client = createClient(MessageService, target());
    try {
      while (!isStopping || batch.length > 0) {
        while (batch.length < IN_FLIGHT && !isStopping) batch.push(`${user} ${(count += 1)}`);
        const messages = batch.map((id) => ({ from: user, to: HUB, content: id, messageId: id }));
        const { value } = await client.sendMessage(messages);
        if (value !== BigInt(batch.length)) throw new Error(`${value} of ${batch.length} messages counted`);
        for (const id of batch) acknowledged.add(id);
        batch = [];
        await delay(1);
      }
    } finally {
      client.$close();
    }
  }

  const ended = persist(() => isStopping && batch.length === 0, send);
  const stop = async (): Promise<void> => {
    isStopping = true;
    await ended;
  };
  return { acknowledged, seen: [], settle: stop, stop };
}

/** Somebody who reads the feed of the hub through a door, and resumes behind what it has seen. */
export function startReader(door: 'receive' | 'chat', target: () => string): Participant {
  const seen: Seen[] = [];
  let isStopping = false;
  const stopping = new AbortController();
  const never = gate();

  const nothing: AsyncIterable<never> = {
    [Symbol.asyncIterator]: () => ({ next: () => never.then(() => ({ done: true, value: undefined })) }),
  };

  async function read(): Promise<void> {
    const direct = createClient(MessageService, target());
    const chat = createClient(ChatService, target());
    const after = String(seen.at(-1)?.sequence ?? 0n);
    const options: CallOptions = {
      metadata: toMetadata({ from: HUB, 'after-sequence': after }),
      signal: stopping.signal,
    };
    try {
      const messages =
        door === 'receive' ? direct.receiveMessage({ value: HUB }, options) : chat.chat(nothing, options);
      for await (const { messageId: id, sequence } of messages) seen.push({ id, sequence });
    } finally {
      direct.$close();
      chat.$close();
    }
  }

  const ended = persist(() => isStopping, read);
  return {
    acknowledged: new Set(),
    seen,
    settle: () => Promise.resolve(),
    async stop() {
      isStopping = true;
      stopping.abort();
      never.open();
      await ended;
    },
  };
}
