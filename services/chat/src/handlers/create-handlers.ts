import type { Handlers } from '@streamworks/common';
import type { ChatService as RoomService } from '@streamworks/proto/chat/chat';
import type { ChatService, MessageService } from '@streamworks/proto/message';
import { createChat } from './chat.js';
import type { Dependencies } from './dependencies.js';
import { createReceiveMessage } from './receive-message.js';
import { createSendMessage } from './send-message.js';
import { createTalkInRooms } from './talk-in-rooms.js';

/** The handlers of the three services. */
export interface ChatHandlers {
  readonly message: Handlers<typeof MessageService>;
  readonly chat: Handlers<typeof ChatService>;
  readonly rooms: Handlers<typeof RoomService>;
}

/** Direct messages through two doors, and rooms. */
export function createHandlers(dependencies: Dependencies): ChatHandlers {
  return {
    message: {
      receiveMessage: createReceiveMessage(dependencies),
      sendMessage: createSendMessage(dependencies),
    },
    chat: { chat: createChat(dependencies) },
    rooms: { chat: createTalkInRooms(dependencies) },
  };
}
