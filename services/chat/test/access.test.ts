import { createSecretKey, randomBytes } from 'node:crypto';
import { createClient, readServiceConfig, withToken } from '@streamworks/common';
import { createPlainClient, signToken } from '@streamworks/common/testing';
import { ChatService as RoomService, type ChatMessage } from '@streamworks/proto/chat/chat';
import { ChatService, MessageService, type Message } from '@streamworks/proto/message';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStream, toMetadata } from './support/open-stream.js';
import { serveChat } from './support/serve-chat.js';

let databases: TestDatabases;
beforeAll(async () => {
  databases = await startDatabases('sqlite');
});
afterAll(() => databases[Symbol.asyncDispose]());

describe('with authentication on', () => {
  const secret = randomBytes(32).toString('hex');

  async function serve() {
    const config = readServiceConfig({ AUTH_JWT_SECRET: secret }, { service: 'test', port: 0 });
    const server = await serveChat(databases, { config: { auth: config.auth } });
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await signToken(createSecretKey(Buffer.from(secret)), { sub: 'ann', exp });
    const authorization = `Bearer ${token}`;
    return {
      authorization,
      direct: createClient(MessageService, server.target, { interceptors: [withToken(token)] }),
      chat: createClient(ChatService, server.target),
      rooms: createClient(RoomService, server.target),
      [Symbol.asyncDispose]: () => server.stop(),
    };
  }

  it('lets nobody in without a token', async () => {
    await using at = await serve();
    const anonymous = openStream((requests: AsyncIterable<Message>, options) => at.chat.chat(requests, options), {
      from: 'ann',
    });
    expect(await anonymous.ended).toBe('UNAUTHENTICATED');
  });

  it('lets a user speak for itself, and for nobody else', async () => {
    await using at = await serve();
    const { authorization } = at;
    expect(await at.direct.sendMessage([{ from: 'ann', to: 'bob', content: 'x' }])).toEqual({ value: 1n });
    const refused = { code: 'PERMISSION_DENIED' };
    await expect(at.direct.sendMessage([{ from: 'bob', to: 'ann', content: 'x' }])).rejects.toMatchObject(refused);
    const feed = at.direct.receiveMessage({ value: 'bob' })[Symbol.asyncIterator]();
    await expect(feed.next()).rejects.toMatchObject(refused);

    const chat = (metadata: Record<string, string>) =>
      openStream((requests: AsyncIterable<Message>, options) => at.chat.chat(requests, options), {
        authorization,
        ...metadata,
      });
    expect(await chat({ from: 'bob' }).ended).toBe('PERMISSION_DENIED');
    const forged = chat({ from: 'ann', echo: 'on' });
    forged.send({ from: 'bob', to: 'carl', content: 'x', sequence: 0n, sentAt: null, messageId: '' });
    expect(await forged.ended).toBe('INVALID_ARGUMENT');

    const talk = (metadata: Record<string, string>) =>
      openStream((requests: AsyncIterable<ChatMessage>, options) => at.rooms.chat(requests, options), {
        authorization,
        ...metadata,
      });
    const message = { userId: 'bob', roomId: 'lobby', content: 'x', timestamp: 0n, sequence: 0n, messageId: '' };
    expect(await talk({ 'user-id': 'bob' }).ended).toBe('PERMISSION_DENIED');
    const other = talk({});
    other.send(message);
    expect(await other.ended).toBe('PERMISSION_DENIED');
    const own = talk({ echo: 'on' });
    own.send({ ...message, userId: 'ann' });
    await own.untilReceived(1);
    own.halfClose();
    expect(await own.ended).toBe('OK');
  });
});

describe('clients that know nothing of us', () => {
  it('reach the rooms under their other path, too, and direct messages under theirs', async () => {
    await using server = await serveChat(databases);
    await using rooms = createPlainClient('chat/chat.proto', 'chat.ChatService', server.target);
    await using direct = createPlainClient('message.proto', 'ChatService', server.target);
    const said = { userId: 'ann', roomId: 'lobby', content: 'hello' };
    const echo = toMetadata({ echo: 'on' });
    expect(await rooms.call('Chat', [said], echo)).toMatchObject({ code: 'OK', responses: [said] });
    const alias = createClient(
      { ...RoomService, methods: { chat: { ...RoomService.methods.chat, path: '/ChatService/Chat' } } },
      server.target,
    );
    const stream = openStream((requests: AsyncIterable<ChatMessage>, options) => alias.chat(requests, options), {
      'user-id': 'bob',
      'room-id': 'lobby',
      'after-sequence': '0',
    });
    await stream.untilReceived(1);
    expect(stream.received).toMatchObject([said]);
    stream.halfClose();
    expect(await stream.ended).toBe('OK');
    const metadata = toMetadata({ from: 'ann', echo: 'on' });
    const sent = { to: 'bob', content: 'direct' };
    expect(await direct.call('chat', [sent], metadata)).toMatchObject({ code: 'OK', responses: [sent] });
  });
});
