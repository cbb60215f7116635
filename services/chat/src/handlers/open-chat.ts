import { defineService, type Logger, type Service } from '@streamworks/common';
import { ChatService as RoomService } from '@streamworks/proto/chat/chat';
import { ChatService, MessageService } from '@streamworks/proto/message';
import { followLog } from '../log-tail.js';
import type { MessageStore } from '../message-store.js';
import type { PositionStore } from '../position-store.js';
import { createPositions } from '../positions.js';
import { createAudiences } from './audiences.js';
import { createHandlers } from './create-handlers.js';
import type { ChatSettings } from './dependencies.js';
import { directForm, roomForm } from './wire-messages.js';

/** What the chat stands on. */
export interface ChatOptions {
  readonly messages: MessageStore;
  readonly positions: PositionStore;
  readonly settings: ChatSettings;
  readonly log: Logger;
  /** In unix milliseconds. Default: the clock. */
  readonly now?: () => number;
}

/** The services, and what runs behind them. */
export interface Chat {
  readonly services: readonly Service[];
  /** How many users and rooms somebody listens to. */
  readonly audiences: number;
  /** Stores how far users have read, and ends what runs. */
  close(): Promise<void>;
}

/** The path under which some clients know the rooms, and the method that it is. */
export const aliases = { '/ChatService/Chat': RoomService.methods.chat.path };

/** Begins to hand on new messages to those who are there. */
export async function openChat({ messages, settings, log, now = Date.now, ...options }: ChatOptions): Promise<Chat> {
  const users = createAudiences(directForm);
  const rooms = createAudiences(roomForm);
  const positions = createPositions(options.positions, log);
  const tail = await followLog({
    messages,
    log,
    onMessage(message) {
      const { kind, sender, target } = message;
      if (kind === 'room') return rooms.publish(target, message);
      users.publish(target, message);
      if (sender !== target) users.publish(sender, message);
    },
  });
  const handlers = createHandlers({ messages, tail, positions, users, rooms, settings, now });
  return {
    services: [
      defineService(MessageService, handlers.message),
      defineService(ChatService, handlers.chat),
      defineService(RoomService, handlers.rooms),
    ],
    get audiences() {
      return users.size + rooms.size;
    },
    async close() {
      tail.close();
      await positions.close();
    },
  };
}
