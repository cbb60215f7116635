import { createClient } from '@streamworks/common';
import { collect, createPlainClient, until } from '@streamworks/common/testing';
import { ChatService as RoomService, type ChatMessage } from '@streamworks/proto/chat/chat';
import { ChatService, type Message } from '@streamworks/proto/message';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStream, toMetadata } from './support/open-stream.js';
import { serveChat, type ServeOptions } from './support/serve-chat.js';

const names = ['>', '*', '%', '_', "'; drop table message; --", '"', '\\', '/../..', 'chat_message', '𝄞🧑‍🚀', '\u{202e}'];
const long = 'ä'.repeat(64); // 128 bytes
const wrongTexts = ['a\0b', '\0', `${long}x`, 'x'.repeat(1024 * 1024)];

describe.each(dialects)('on %s, the chat', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  async function serve(options?: ServeOptions) {
    const server = await serveChat(databases, options);
    const [chat, rooms] = [createClient(ChatService, server.target), createClient(RoomService, server.target)];
    return {
      server,
      chat: (metadata: Parameters<typeof toMetadata>[0]) =>
        openStream((requests: AsyncIterable<Message>, options) => chat.chat(requests, options), metadata),
      room: (metadata: Parameters<typeof toMetadata>[0]) =>
        openStream((requests: AsyncIterable<ChatMessage>, options) => rooms.chat(requests, options), metadata),
      stored: async () => (await collect(server.messages.read({ kind: 'all' }, { after: 0n }))).length,
      [Symbol.asyncDispose]: () => server.stop(),
    };
  }
  const direct = (to: string, content: string, from = ''): Message => ({
    from,
    to,
    content,
    messageId: '',
    sequence: 0n,
    sentAt: null,
  });
  const inRoom = (roomId: string, content: string, userId = ''): ChatMessage => ({
    userId,
    roomId,
    content,
    messageId: '',
    sequence: 0n,
    timestamp: 0n,
  });

  it.each([...names, long])('keeps the user, the room and the content %j apart from all others', async (name) => {
    await using at = await serve();
    const others = names.filter((one) => one !== name);
    const readers = [name, ...others].map((one) => ({
      one,
      chat: at.chat({ 'from-bin': Buffer.from(one) }),
      room: at.room({ 'user-id-bin': Buffer.from(`${one.slice(0, 9)}!`), 'room-id-bin': Buffer.from(one) }),
    }));
    await Promise.all(readers.flatMap(({ chat, room }) => [chat.header, room.header]));
    const [chat, room] = [at.chat({ from: 'ann' }), at.room({ 'user-id': 'ann' })];
    chat.send(direct(name, name));
    room.send(inRoom(name, name));
    const [own, ...rest] = readers;
    await Promise.all([own!.chat.untilReceived(1), own!.room.untilReceived(1)]);
    // What comes behind it in the one order has come: so nothing else is on its way.
    for (const { one } of rest) {
      chat.send(direct(one, 'last'));
      room.send(inRoom(one, 'last'));
    }
    await Promise.all(rest.flatMap((other) => [other.chat.untilReceived(1), other.room.untilReceived(1)]));
    expect(own!.chat.received).toEqual([direct(name, name, 'ann')]);
    expect(own!.room.received).toMatchObject([{ userId: 'ann', roomId: name, content: name }]);
    for (const other of rest) {
      expect(other.chat.received.map(({ content }) => content)).toEqual(['last']);
      expect(other.room.received.map(({ content }) => content)).toEqual(['last']);
    }
    for (const stream of [chat, room, ...readers.flatMap((reader) => [reader.chat, reader.room])]) stream.cancel();
    await until(() => at.server.chat.audiences === 0);
  });

  it.each(wrongTexts.map((text) => [`${JSON.stringify(text.slice(0, 9))}, ${text.length} long`, text]))(
    'refuses the name %s, wherever it stands, and keeps nothing of it',
    async (_title, text) => {
      await using at = await serve();
      const key = Buffer.from(text).subarray(0, 4_000);
      const calls = [
        at.chat({ 'from-bin': key }),
        at.room({ 'user-id-bin': key }),
        at.room({ 'user-id': 'ann', 'room-id-bin': key }),
      ];
      const [to, from, roomId, userId] = [at.chat({ from: 'ann' }), at.chat({ from: 'ann' }), at.room({}), at.room({})];
      to.send(direct(text, 'x'));
      from.send(direct('bob', 'x', text));
      roomId.send(inRoom(text, 'x', 'ann'));
      userId.send(inRoom('lobby', 'x', text));
      for (const stream of [...calls, to, from, roomId, userId]) {
        expect(await stream.ended).toBe('INVALID_ARGUMENT');
        expect(stream.error?.message.length).toBeLessThan(200);
      }
      expect(await at.stored()).toBe(0);
    },
  );

  it('takes contents up to 64 KiB, in bytes, and refuses one more', async () => {
    await using at = await serve();
    const [ann, lobby] = [at.chat({ from: 'ann', echo: 'on' }), at.room({ 'user-id': 'ann', echo: 'on' })];
    const most = '𝄞'.repeat(16 * 1024);
    ann.send(direct('bob', most), direct('bob', `${most}x`));
    lobby.send(inRoom('lobby', most), inRoom('lobby', `${most}x`));
    for (const stream of [ann, lobby]) {
      expect(await stream.ended).toBe('INVALID_ARGUMENT');
      expect(stream.error?.message).toContain('content: has 65537 bytes, and may have 65536');
      expect(stream.received.map(({ content }) => content === most)).toEqual([true]);
    }
  });

  it('refuses a message that is larger than any, and bytes that are none, and goes on for the others', async () => {
    await using at = await serve();
    const bob = at.chat({ from: 'bob' });
    await bob.header;
    const ann = at.chat({ from: 'ann' });
    ann.send(direct('bob', 'x'.repeat(5 * 1024 * 1024)));
    expect(await ann.ended).toBe('RESOURCE_EXHAUSTED');
    await using plain = createPlainClient('message.proto', 'MessageService', at.server.target);
    const lone = Buffer.from([0x0a, 0x03, 0xed, 0xa0, 0x80]); // half of a surrogate pair
    for (const bytes of [lone, Buffer.from([0x0a, 0x05, 0x61]), Buffer.from([0xff])]) {
      expect(await plain.callRaw('sendMessage', [bytes])).toMatchObject({ code: 'INTERNAL' });
    }
    const carl = at.chat({ from: 'carl' });
    carl.send(direct('bob', 'still here'));
    await bob.untilReceived(1);
    expect(await at.stored()).toBe(1);
    for (const stream of [bob, carl]) stream.cancel();
  });
});
