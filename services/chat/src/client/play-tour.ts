import { createClient, type ClientOptions } from '@streamworks/common';
import { ChatService as RoomService } from '@streamworks/proto/chat/chat';
import { ChatService, MessageService } from '@streamworks/proto/message';
import { converse, type Conversation, type Talk } from './conversation.js';
import { inRoom, withUser } from './conversations.js';

export interface TourOptions {
  readonly target: string;
  readonly clientOptions: ClientOptions;
  readonly signal: AbortSignal;
  print(line: string): void;
}

/** Plays a conversation of each kind: both doors of the direct messages, and a room. Its users are new ones each time. */
export async function playTour({ target, clientOptions, signal, print }: TourOptions): Promise<void> {
  const run = Date.now().toString(36);
  const [ann, bob, cid, dan, room] = [`ann ${run}`, `bob ${run}`, `cid ${run}`, `dan ${run}`, `lobby ${run}`];
  const messages = createClient(MessageService, target, clientOptions);
  const chat = createClient(ChatService, target, clientOptions);
  const rooms = createClient(RoomService, target, clientOptions);
  const sent = ['first', 'second', 'third'].map((content) => ({ from: ann, to: bob, content }));
  const { value } = await messages.sendMessage(sent, { signal });
  print(`sent: ${value}`);
  let count = 0;
  for await (const { content } of messages.receiveMessage({ value: bob }, { signal })) {
    print(`received: ${content}`);
    count += 1;
    if (count === sent.length) break;
  }
  /** One after the other, each with what was said before. */
  async function say<Message extends Talk>(user: string, conversation: Conversation<Message>, text: string) {
    print(`${user} says: ${text}`);
    const hear = (line: string): void => print(`${user} hears: ${line}`);
    await converse(conversation, { texts: once(text), after: 0n, signal, print: hear, note: print });
  }
  await say(cid, withUser(chat, cid, dan), 'hello dan');
  await say(dan, withUser(chat, dan, cid), 'hello cid');
  await say(ann, inRoom(rooms, ann, room), 'hello everybody');
  await say(bob, inRoom(rooms, bob, room), 'hello, too');
  for (const client of [messages, chat, rooms]) client.$close();
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
