import { invalidArgument, StatusError, type Context } from '@streamworks/common';
import type { ChatMessage } from '@streamworks/proto/chat/chat';
import type { NewMessage } from '../message-store.js';
import { checkUser } from './call-metadata.js';
import { checkContent, checkMessageId, checkName } from './check-message.js';
import type { Rooms } from './open-rooms.js';
import type { Group } from './read-direct.js';

/** The user of a call to the rooms, and what it says. */
export interface Speaker {
  /** Who it is, by the field that says so. Throws where the caller is somebody else. */
  begin(field: string, user: string): void;
  /** Joins the rooms that messages name for the first time, and gives what is to be stored, up to the first bad one. */
  read(batch: readonly ChatMessage[]): Group;
}

export interface SpeakerOptions {
  readonly context: Pick<Context, 'user'>;
  readonly rooms: Pick<Rooms, 'begin' | 'join'>;
  /** In unix milliseconds. */
  readonly now: () => number;
}

export function createSpeaker({ context, rooms, now }: SpeakerOptions): Speaker {
  let user: string | undefined;

  function begin(field: string, name: string): string {
    checkName(field, name);
    checkUser(context, field, name);
    user = name;
    rooms.begin(name);
    return name;
  }

  /** Undefined for a message that only joins. */
  function toNewMessage({ userId, roomId, content, messageId, timestamp }: ChatMessage): NewMessage | undefined {
    if (user !== undefined && userId !== '' && userId !== user) {
      throw invalidArgument('user_id', 'is another user than that of the call');
    }
    const sender = user ?? begin('user_id', userId);
    checkName('room_id', roomId);
    if (content !== '') checkContent(content);
    checkMessageId(messageId);
    const isNew = rooms.join(roomId);
    if (content === '') {
      if (isNew) return undefined;
      throw invalidArgument('content', 'is empty, in a room that was joined before');
    }
    const saidAt = timestamp === 0n ? BigInt(Math.floor(now() / 1000)) : timestamp;
    return { kind: 'room', sender, target: roomId, content, messageId, saidAt };
  }

  return {
    begin: (field, name) => void begin(field, name),
    read(batch) {
      const group: NewMessage[] = [];
      for (const message of batch) {
        try {
          const said = toNewMessage(message);
          if (said !== undefined) group.push(said);
        } catch (error) {
          if (error instanceof StatusError) return { group, refusal: error };
          throw error;
        }
      }
      return { group, refusal: undefined };
    },
  };
}
