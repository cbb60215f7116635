import type { ChatMessage } from '@streamworks/proto/chat/chat';
import type { Message } from '@streamworks/proto/message';
import type { LogTail } from '../log-tail.js';
import type { MessageStore } from '../message-store.js';
import type { Positions } from '../positions.js';
import type { Audiences } from './audiences.js';

/** What the handlers may be told. */
export interface ChatSettings {
  /** How long `receiveMessage` waits for a message. */
  readonly receiveIdleMs: number;
  /** The most bytes of live messages that wait for one reader. */
  readonly backlogBytes: number;
  /** The most rooms that one call joins. */
  readonly rooms: number;
}

/** What the handlers work on. */
export interface Dependencies {
  readonly messages: MessageStore;
  readonly tail: LogTail;
  readonly positions: Positions;
  /** The streams of each user. */
  readonly users: Audiences<Message>;
  /** The streams in each room. */
  readonly rooms: Audiences<ChatMessage>;
  readonly settings: ChatSettings;
  /** In unix milliseconds. */
  readonly now: () => number;
}
