import { EncodedMessage, StatusError, Subscriber, type Context } from '@streamworks/common';
import type { ChatMessage } from '@streamworks/proto/chat/chat';
import type { Appended, StoredMessage } from '../message-store.js';
import type { Member } from './audience.js';
import type { Delivery } from './call-metadata.js';
import type { Dependencies } from './dependencies.js';
import { followTopic } from './follow-topic.js';

/** The rooms of one call. */
export interface Rooms {
  readonly subscriber: Subscriber<ChatMessage>;
  /** Rejects where a room cannot be joined; never resolves. */
  readonly failed: Promise<never>;
  /** Says who the user is, and joins the rooms that the call has named. */
  begin(user: string): void;
  /** Joins a room; false where that has been done before. Throws RESOURCE_EXHAUSTED where there are too many. */
  join(room: string): boolean;
  /** Resolves when what was stored before has been written, for all rooms. */
  untilJoined(): Promise<void>;
  /** Sends those back that had been sent before, and that the stream does not bring by itself. */
  acknowledge(appended: readonly Appended[]): void;
  /** To be called when the handler is done. */
  leave(): void;
}

export interface RoomsOptions {
  readonly delivery: Delivery;
  /** The rooms that the call names at its beginning. */
  readonly named: readonly string[];
}

/** Opens the rooms of a call. Nothing is heard before `begin`. */
export function openRooms(
  { messages, tail, rooms, settings }: Dependencies,
  context: Context<ChatMessage>,
  { delivery, named }: RoomsOptions,
): Rooms {
  const start = tail.position;
  const subscriber = new Subscriber(context, { maxBytes: settings.backlogBytes });
  const joined = new Set<string>();
  const joining = new Set<Promise<void>>();
  let member: Member<ChatMessage> | undefined;
  let isOver = false;
  let fail!: (error: unknown) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined); // the handler may be over
  const toMessage = (message: StoredMessage) => rooms.form.toWire(message, delivery.isFull);

  /** Several rooms are one topic: their messages come in one order, so that the last sequence stands for all of them. */
  function follow(names: readonly string[], self: Member<ChatMessage>, after: bigint): void {
    for (const name of names) joined.add(name);
    if (joined.size > settings.rooms) {
      throw new StatusError('RESOURCE_EXHAUSTED', `room_id: one call may join ${settings.rooms} rooms`);
    }
    const following = followTopic({
      messages,
      tail,
      topic: { kind: 'rooms', rooms: names },
      after: delivery.after ?? after,
      signal: context.signal,
      wants: ({ sender }) => self.echo || sender !== self.user,
      write: (message) => context.write(toMessage(message)),
      join() {
        if (isOver) return;
        for (const name of names) rooms.join(name, self);
      },
    })
      .then(() => context.sendHeader(), fail) // with the header the caller knows that it is there
      .finally(() => joining.delete(following));
    joining.add(following);
  }

  return {
    subscriber,
    failed,
    begin(user) {
      member = { subscriber, user, echo: delivery.echo, isFull: delivery.isFull };
      if (named.length > 0) follow(named, member, start);
    },
    join(room) {
      if (member === undefined) throw new Error('a room is joined before the user is known');
      if (joined.has(room)) return false;
      follow([room], member, tail.position);
      return true;
    },
    async untilJoined() {
      await Promise.all(joining);
    },
    acknowledge(appended) {
      if (!delivery.echo) return;
      for (const { message, isRepeat } of appended) {
        if (!isRepeat || (delivery.after !== undefined && message.sequence > delivery.after)) continue;
        subscriber.deliver(new EncodedMessage(rooms.form.method.response, toMessage(message)));
      }
    },
    leave() {
      isOver = true;
      if (member === undefined) return;
      for (const room of joined) rooms.leave(room, member);
    },
  };
}
