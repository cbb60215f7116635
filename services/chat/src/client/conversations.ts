import type { Client } from '@streamworks/common';
import type { ChatService as RoomService, ChatMessage } from '@streamworks/proto/chat/chat';
import type { ChatService, Message } from '@streamworks/proto/message';
import type { Conversation } from './conversation.js';

/** What one user and another one say to each other. */
export function withUser(client: Client<typeof ChatService>, user: string, partner: string): Conversation<Message> {
  return {
    names: { from: user },
    open: (requests, options) => client.chat(requests, options),
    toMessage: (content, messageId) => ({ from: user, to: partner, content, messageId, sequence: 0n, sentAt: null }),
    toLine({ from, to, content }) {
      const isOurs = (from === user && to === partner) || (from === partner && to === user);
      return isOurs ? `${from}: ${content}` : undefined;
    },
  };
}

/** What is said in a room. */
export function inRoom(client: Client<typeof RoomService>, user: string, room: string): Conversation<ChatMessage> {
  return {
    names: { 'user-id': user, 'room-id': room },
    open: (requests, options) => client.chat(requests, options),
    toMessage: (content, messageId) => ({
      userId: user,
      roomId: room,
      content,
      messageId,
      sequence: 0n,
      timestamp: 0n,
    }),
    toLine: ({ userId, content }) => `${userId}: ${content}`,
  };
}
