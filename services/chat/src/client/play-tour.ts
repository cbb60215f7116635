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
  const [ann, bob, room] = [`ann ${run}`, `bob ${run}`, `lobby ${run}`];
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
  const say = <Message extends Talk>(conversation: Conversation<Message>, text: string) =>
    converse(conversation, { texts: once(text), after: 0n, signal, print, note: print });
  await say(withUser(chat, bob, ann), 'hello ann');
  await say(withUser(chat, ann, bob), 'hello bob');
  await say(inRoom(rooms, ann, room), 'hello everybody');
  await say(inRoom(rooms, bob, room), 'hello, too');
  for (const client of [messages, chat, rooms]) client.$close();
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
