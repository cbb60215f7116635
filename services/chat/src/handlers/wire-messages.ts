import { ChatService as RoomService, type ChatMessage } from '@streamworks/proto/chat/chat';
import { ChatService, type Message } from '@streamworks/proto/message';
import type { MessageInit } from '@streamworks/proto';
import type { StoredMessage } from '../message-store.js';
import type { Form } from './audience.js';

/** The sequences of direct messages on their way: most callers do not get to see them. */
const sequences = new WeakMap<object, bigint>();

function toMessage(stored: StoredMessage, isFull: boolean): MessageInit<Message> {
  const { sender: from, target: to, content, sequence, messageId, storedAt } = stored;
  const sentAt = { seconds: storedAt / 1000n, nanos: Number(storedAt % 1000n) * 1_000_000 };
  const message = isFull ? { from, content, to, sequence, sentAt, messageId } : { from, content, to };
  sequences.set(message, sequence);
  return message;
}

function toChatMessage(stored: StoredMessage, isFull: boolean): MessageInit<ChatMessage> {
  const { sender: userId, target: roomId, content, sequence, messageId, saidAt: timestamp } = stored;
  const message = { userId, content, timestamp, roomId };
  return isFull ? { ...message, sequence, messageId } : message;
}

/** Direct messages, of both doors. */
export const directForm: Form<Message> = { method: ChatService.methods.chat, toWire: toMessage };

/** Messages in rooms. */
export const roomForm: Form<ChatMessage> = { method: RoomService.methods.chat, toWire: toChatMessage };

/** The sequence of a message that `directForm` has made; 0 for any other one, a copy of it, too. */
export function sequenceOf(message: MessageInit<Message>): bigint {
  return sequences.get(message) ?? 0n;
}
