import { EncodedMessage, Subscriber, type Context } from '@streamworks/common';
import type { Message } from '@streamworks/proto/message';
import type { Appended, StoredMessage, Topic } from '../message-store.js';
import type { Door } from '../position-store.js';
import type { Member } from './audience.js';
import type { Delivery } from './call-metadata.js';
import type { Dependencies } from './dependencies.js';
import { followTopic } from './follow-topic.js';
import { sequenceOf } from './wire-messages.js';

/** A stream with a user's messages. */
export interface Feed {
  readonly subscriber: Subscriber<Message>;
  /** Resolves when what was stored before has been written, and live messages come. Rejects with the end of the call. */
  readonly joined: Promise<void>;
  /** Sends those back that had been sent before, and that the stream does not bring by itself. */
  acknowledge(appended: readonly Appended[]): void;
  /** To be called when the handler is done. */
  leave(): void;
}

export interface FeedOptions {
  readonly user: string;
  readonly door: Door;
  readonly delivery: Delivery;
  /** Called with each message that is handed to the call. */
  readonly onWrite?: () => void;
}

/** Opens the feed of a user: what waits for it since its door's last position, or after the sequence asked for, then live. */
export function openFeed(
  { messages, tail, positions, users, settings }: Dependencies,
  context: Context<Message>,
  { user, door, delivery, onWrite = () => undefined }: FeedOptions,
): Feed {
  const onWritten = (sequence: bigint): void => {
    positions.advance(user, door, sequence);
    onWrite();
  };
  const subscriber = new Subscriber(context, {
    maxBytes: settings.backlogBytes,
    onWrite: (message) => onWritten(sequenceOf(message)),
  });
  const member: Member<Message> = { subscriber, user, echo: delivery.echo, isFull: delivery.isFull };
  const topic: Topic = { kind: delivery.echo ? 'feed' : 'inbox', user };
  const { toWire, method } = users.form;
  let isOver = false;

  async function join(): Promise<void> {
    const after = delivery.after ?? (await positions.read(user, door)) ?? 0n;
    await followTopic({
      messages,
      tail,
      topic,
      after,
      signal: context.signal,
      wants: () => true,
      write(message: StoredMessage) {
        const waiting = context.write(toWire(message, delivery.isFull));
        onWritten(message.sequence);
        return waiting;
      },
      join() {
        if (!isOver) users.join(user, member);
      },
    });
    context.sendHeader(); // the caller knows that nothing more is missing
  }

  return {
    subscriber,
    joined: join(),
    acknowledge(appended) {
      if (!delivery.echo) return;
      for (const { message, isRepeat } of appended) {
        if (!isRepeat || (delivery.after !== undefined && message.sequence > delivery.after)) continue;
        // A copy, which has no sequence for the position: those between may not have been read yet.
        const again = { ...toWire(message, delivery.isFull) };
        subscriber.deliver(new EncodedMessage(method.response, again));
      }
    },
    leave() {
      isOver = true;
      users.leave(user, member);
    },
  };
}
