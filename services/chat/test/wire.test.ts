import { createClient } from '@streamworks/common';
import { collect, until } from '@streamworks/common/testing';
import { ChatService as RoomService, type ChatMessage } from '@streamworks/proto/chat/chat';
import { ChatService, MessageService, type Message } from '@streamworks/proto/message';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStream, toMetadata } from './support/open-stream.js';
import { serveChat, type ServedChat, type ServeOptions } from './support/serve-chat.js';

const full = { echo: 'on' };

describe.each(dialects)('the chat on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  async function serve(options?: ServeOptions) {
    const server = await serveChat(databases, options);
    return { server, ...connect(server), [Symbol.asyncDispose]: () => server.stop() };
  }

  function connect({ target }: ServedChat) {
    const direct = createClient(MessageService, target);
    const chat = createClient(ChatService, target);
    const rooms = createClient(RoomService, target);
    return {
      send: (...messages: Parameters<typeof toDirect>[]) =>
        direct.sendMessage(messages.map((one) => toDirect(...one))).then(({ value }) => value),
      receive: (user: string, metadata = {}) =>
        collect(direct.receiveMessage({ value: user }, { metadata: toMetadata(metadata) })),
      watch: (user: string, metadata = {}) =>
        openStream((_, options) => direct.receiveMessage({ value: user }, options), metadata),
      chat: (from: string, metadata = {}) =>
        openStream((requests: AsyncIterable<Message>, options) => chat.chat(requests, options), { from, ...metadata }),
      room: (metadata: Parameters<typeof toMetadata>[0]) =>
        openStream((requests: AsyncIterable<ChatMessage>, options) => rooms.chat(requests, options), metadata),
    };
  }

  const toDirect = (from: string, to: string, content: string, messageId = '') => ({
    from,
    to,
    content,
    messageId,
    sequence: 0n,
    sentAt: null,
  });
  const say = (roomId: string, content: string, { userId = '', messageId = '' } = {}) => ({
    userId,
    roomId,
    content,
    messageId,
    timestamp: 0n,
    sequence: 0n,
  });
  const contents = (messages: readonly { content: string }[]) => messages.map(({ content }) => content);

  describe('sendMessage and receiveMessage', () => {
    it('count what is stored, and give a feed once, then what is new, and end with OK when nothing comes', async () => {
      await using at = await serve({ settings: { receiveIdleMs: 200 } });
      expect(await at.send()).toBe(0n);
      expect(await at.send(['ann', 'bob', 'one'], ['bob', 'ann', 'two'], ['carl', 'dora', 'other'])).toBe(3n);
      const feed = await at.receive('ann');
      expect(contents(feed)).toEqual(['one', 'two']);
      expect(feed[0]).toEqual(toDirect('ann', 'bob', 'one'));
      expect(await at.receive('ann')).toEqual([]);
      await at.send(['ann', 'ann', 'to myself']);
      expect(contents(await at.receive('ann'))).toEqual(['to myself']);
      expect(contents(await at.receive('ann', { 'after-sequence': '0' }))).toEqual(['one', 'two', 'to myself']);
      expect(contents(await at.receive('bob'))).toEqual(['one', 'two']);
    });

    it('push, to every stream of a user, and count the silence anew with each message', async () => {
      await using at = await serve({ settings: { receiveIdleMs: 1_500 } });
      const streams = [at.watch('ann'), at.watch('ann', { 'after-sequence': '0' })];
      await Promise.all(streams.map(({ header }) => header));
      const start = performance.now();
      for (const text of ['one', 'two', 'three']) {
        await at.send(['bob', 'ann', text]);
        await Promise.all(streams.map((stream) => until(() => contents(stream.received).includes(text))));
        await new Promise((resolve) => setTimeout(resolve, 700)); // the silence itself
      }
      expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['OK', 'OK']);
      expect(performance.now() - start).toBeGreaterThan(2_800);
      expect(streams.map(({ received }) => contents(received))).toEqual(Array(2).fill(['one', 'two', 'three']));
      expect(streams.map(({ received }) => received[2]?.sequence)).toEqual([0n, 3n]);
    });

    it('say sequence, time and id only to those who ask', async () => {
      await using at = await serve({ settings: { receiveIdleMs: 50 }, now: () => 1_700_000_000_123 });
      await at.send(['ann', 'bob', 'one', 'id-1']);
      const [plain] = await at.receive('bob');
      expect(plain).toMatchObject({ sequence: 0n, sentAt: null, messageId: '' });
      const [whole] = await at.receive('bob', { 'after-sequence': '0' });
      const sentAt = { seconds: 1_700_000_000n, nanos: 123_000_000 };
      expect(whole).toMatchObject({ sequence: 1n, sentAt, messageId: 'id-1' });
    });

    it('count a repeat, and store it once', async () => {
      await using at = await serve({ settings: { receiveIdleMs: 50 } });
      expect(await at.send(['ann', 'bob', 'one', 'x'], ['ann', 'bob', 'one', 'x'])).toBe(2n);
      expect(await at.send(['ann', 'bob', 'one', 'x'], ['carl', 'bob', 'his', 'x'])).toBe(2n);
      expect(contents(await at.receive('bob'))).toEqual(['one', 'his']);
    });

    it.each([
      ['to', toDirect('ann', '', 'x')],
      ['from', toDirect('', 'bob', 'x')],
      ['content', toDirect('ann', 'bob', '')],
      ['content', toDirect('ann', 'bob', 'a\0b')],
      ['to', toDirect('ann', 'b\0b', 'x')],
      ['from', toDirect('ä'.repeat(65), 'bob', 'x')],
      ['content', toDirect('ann', 'bob', '𝄞'.repeat(16 * 1024) + 'x')],
      ['message_id', toDirect('ann', 'bob', 'x', 'y'.repeat(65))],
    ])('refuse a bad %s, and keep what came before', async (field, bad) => {
      await using at = await serve({ settings: { receiveIdleMs: 50 } });
      const direct = createClient(MessageService, at.server.target);
      await expect(direct.sendMessage([toDirect('ann', 'bob', 'good'), bad])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`${field}: `) as unknown,
      });
      expect(contents(await at.receive('bob'))).toEqual(['good']);
      direct.$close();
    });

    it.each(['>', '*', '%', "'; drop table message; --", '_', '𝄞', '\\', '..', '🧑‍🚀', 'A', ' a '])(
      'take the name %j for a name',
      async (name) => {
        await using at = await serve({ settings: { receiveIdleMs: 50 } });
        await at.send(['ann', name, name], ['ann', 'a', 'other']);
        expect(await at.receive(name)).toEqual([toDirect('ann', name, name)]);
      },
    );

    it.each(['', '-1', '1.5', 'x', '1e3', '9223372036854775808', '1 2'])(
      'refuse the after-sequence %j',
      async (value) => {
        await using at = await serve();
        await expect(at.receive('ann', { 'after-sequence': value })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('after-sequence: ') as unknown,
        });
      },
    );

    it('refuse a feed of nobody', async () => {
      await using at = await serve();
      await expect(at.receive('')).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('value: is empty') as unknown,
      });
    });
  });

  describe('chat', () => {
    it('delivers what waits, then what comes, and ends with OK after the half-close', async () => {
      await using at = await serve();
      await at.send(['bob', 'ann', 'waiting']);
      const [ann, bob] = [at.chat('ann'), at.chat('bob')];
      await Promise.all([ann.header, bob.header]);
      ann.send(toDirect('', 'bob', 'hello bob'), toDirect('ann', 'bob', 'again'));
      await bob.untilReceived(2);
      bob.send(toDirect('bob', 'ann', 'hello ann'));
      await ann.untilReceived(2);
      for (const one of [ann, bob]) one.halfClose();
      expect([await ann.ended, await bob.ended]).toEqual(['OK', 'OK']);
      expect(contents(ann.received)).toEqual(['waiting', 'hello ann']);
      expect(bob.received[0]).toEqual(toDirect('ann', 'bob', 'hello bob'));
      const again = at.chat('ann');
      again.halfClose();
      expect(await again.ended).toBe('OK');
      expect(again.received).toEqual([]);
      expect(at.server.chat.audiences).toBe(0);
    });

    it('gives everything back once it is stored, with echo on, before it ends', async () => {
      await using at = await serve();
      const ann = at.chat('ann', full);
      ann.send(...Array.from({ length: 500 }, (_, index) => toDirect('ann', 'bob', `${index}`, `id ${index}`)));
      ann.send(toDirect('ann', 'bob', 'once more', 'id 7'));
      ann.halfClose();
      expect(await ann.ended).toBe('OK');
      const sequences = ann.received.map(({ sequence }) => sequence);
      const ids = ann.received.map(({ messageId }) => messageId);
      expect(ids.filter((id) => id === 'id 7')).toHaveLength(2);
      expect(new Set(ids).size).toBe(500);
      expect(new Set(sequences).size).toBe(500);
    });

    it('brings each message once to a sender who resumes and sends again', async () => {
      await using at = await serve();
      const first = at.chat('ann', full);
      first.send(toDirect('', 'bob', 'one', '1'), toDirect('', 'bob', 'two', '2'));
      await first.untilReceived(2);
      first.cancel();
      expect(await first.ended).toBe('CANCELLED');
      const after = String(first.received[0]!.sequence);
      const second = at.chat('ann', { ...full, 'after-sequence': after });
      second.send(toDirect('', 'bob', 'two', '2'), toDirect('', 'bob', 'three', '3'));
      second.halfClose();
      expect(await second.ended).toBe('OK');
      expect(contents(second.received)).toEqual(['two', 'three']);
    });

    it('moves its position by what was read, and not by an echo of what was sent before', async () => {
      await using at = await serve();
      const total = 300;
      const waiting = Array.from({ length: total }, (_, index) => `${index} ${'x'.repeat(8_000)}`);
      await at.send(...waiting.map((text): Parameters<typeof toDirect> => ['bob', 'ann', text]));
      await at.send(['ann', 'bob', 'said before', 'x']);
      const ann = at.chat('ann', full);
      ann.pause(true);
      await ann.untilReceived(1);
      for (const next of ['y', 'z']) {
        // One after the other: the first group is done when something of the second one is stored.
        const last = await at.server.messages.readLast();
        ann.send(toDirect('', 'bob', 'said before', 'x'), toDirect('', 'bob', next, next));
        await until(async () => (await at.server.messages.readLast()) > last);
      }
      ann.cancel();
      ann.pause(false);
      await ann.ended;
      const back = at.chat('ann');
      await back.header;
      back.halfClose();
      expect(await back.ended).toBe('OK');
      expect(back.received.length).toBeGreaterThan(total / 2);
      expect(back.received.at(-1)?.content).toBe(waiting.at(-1));
    });

    it('wants to know who it is, and refuses a sender who is another', async () => {
      await using at = await serve();
      const nobody = at.chat('');
      expect(await nobody.ended).toBe('INVALID_ARGUMENT');
      const ann = at.chat('ann', full);
      ann.send(toDirect('ann', 'bob', 'good'), toDirect('bob', 'ann', 'forged'));
      expect(await ann.ended).toBe('INVALID_ARGUMENT');
      expect(ann.error?.message).toContain('from: ');
      expect(contents(ann.received)).toEqual(['good']);
      const binary = at.chat('wrong', { 'from-bin': Buffer.from('änn'), echo: 'on' });
      binary.send(toDirect('', 'bob', 'umlaut'));
      await binary.untilReceived(1);
      expect(binary.received[0]?.from).toBe('änn');
      binary.cancel();
      expect(await at.chat('ann', { 'from-bin': Buffer.from([0xff]) }).ended).toBe('INVALID_ARGUMENT');
      expect(await at.chat('ann', { echo: 'yes' }).ended).toBe('INVALID_ARGUMENT');
    });

    it('ends with UNAVAILABLE when the server stops, also where nothing was said', async () => {
      await using at = await serve();
      const streams = [at.chat('ann'), at.watch('ann'), at.room({ 'user-id': 'ann' }), at.room({})];
      await Promise.all([streams[0]!.header, streams[1]!.header]);
      await at.server.stop();
      const ends = await Promise.all(streams.map(({ ended }) => ended));
      expect(ends).toEqual(Array(4).fill('UNAVAILABLE'));
    });
  });

  describe('rooms', () => {
    it('bring what one says to the others, in one order, and not to the one', async () => {
      await using at = await serve({ now: () => 5_000 });
      const users = ['ann', 'bob', 'carl', 'dora'];
      const streams = users.map((user) => at.room({ 'user-id': user, 'room-id': ['lobby', 'other'] }));
      await Promise.all(streams.map(({ header }) => header));
      for (let round = 0; round < 50; round += 1) {
        for (const [index, stream] of streams.entries()) stream.send(say('lobby', `${users[index]} ${round}`));
      }
      await Promise.all(streams.map((stream) => stream.untilReceived(150)));
      for (const stream of streams) stream.halfClose();
      expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(Array(4).fill('OK'));
      const order = contents(await collect(at.server.messages.read({ kind: 'all' }, { after: 0n })));
      expect(order).toHaveLength(200);
      for (const [index, { received }] of streams.entries()) {
        expect(contents(received)).toEqual(order.filter((text) => !text.startsWith(users[index]!)));
      }
      expect(streams[1]!.received.find(({ content }) => content === 'ann 0')).toEqual({
        ...say('lobby', 'ann 0', { userId: 'ann' }),
        timestamp: 5n,
      });
      expect(at.server.chat.audiences).toBe(0);
    });

    it('are joined by a first message, which may be empty, and know the user by it', async () => {
      await using at = await serve();
      const ann = at.room(full);
      ann.send({ ...say('lobby', '', { userId: 'ann' }), timestamp: 9n });
      await ann.header;
      const bob = at.room({ 'room-id-bin': Buffer.from('lobby') });
      bob.send({ ...say('lobby', 'hello', { userId: 'bob', messageId: 'b' }), timestamp: 77n });
      await ann.untilReceived(1);
      expect(ann.received[0]).toMatchObject({ userId: 'bob', timestamp: 77n, messageId: 'b' });
      ann.send(say('lobby', ''));
      expect(await ann.ended).toBe('INVALID_ARGUMENT');
      bob.send(say('lobby', 'x', { userId: 'ann' }));
      expect(await bob.ended).toBe('INVALID_ARGUMENT');
      const nobody = at.room({ 'room-id': 'lobby' });
      nobody.send(say('lobby', 'x'));
      expect(await nobody.ended).toBe('INVALID_ARGUMENT');
      const nowhere = at.room({ 'user-id': 'ann' });
      nowhere.send(say('', 'x'));
      expect(await nowhere.ended).toBe('INVALID_ARGUMENT');
    });

    it('give who comes back everything after a sequence, then what is new, with no gap and no double', async () => {
      await using at = await serve();
      const ann = at.room({ 'user-id': 'ann', 'room-id': 'lobby' });
      await ann.header;
      const total = 3_000;
      const writing = (async () => {
        for (let index = 0; index < total; index += 10) {
          ann.send(...Array.from({ length: 10 }, (_, more) => say('lobby', `${index + more}`)));
          await new Promise((resolve) => setImmediate(resolve));
        }
        ann.halfClose();
      })();
      const readers: ReturnType<typeof at.room>[] = [];
      for (let index = 0; index < 8; index += 1) {
        const reader = at.room({ 'user-id': `reader ${index}`, 'room-id': 'lobby', 'after-sequence': '0' });
        readers.push(reader);
        await until(async () => Number(await at.server.messages.readLast()) >= (index * total) / 10);
      }
      await writing;
      expect(await ann.ended).toBe('OK');
      await Promise.all(readers.map((reader) => reader.untilReceived(total, 30_000)));
      const expected = Array.from({ length: total }, (_, index) => `${index}`);
      for (const { received } of readers) expect(contents(received)).toEqual(expected);
      for (const reader of readers) reader.cancel();
      await until(() => at.server.chat.audiences === 0);
    });

    it('hold no more than the backlog for one who does not read, who comes back and misses nothing', async () => {
      await using at = await serve({ settings: { backlogBytes: 64 * 1024 } });
      const [slow, fast] = ['slow', 'fast'].map((user) => at.room({ 'user-id': user, 'room-id': 'lobby', ...full }));
      await Promise.all([slow!.header, fast!.header]);
      slow!.pause(true);
      const ann = at.room({ 'user-id': 'ann', 'room-id': 'lobby' });
      const total = 200;
      for (let index = 0; index < total; index += 1) {
        ann.send(say('lobby', `${index} ${'x'.repeat(8_000)}`));
        await fast!.untilReceived(index); // it keeps up
      }
      ann.halfClose();
      expect(await ann.ended).toBe('OK');
      await fast!.untilReceived(total);
      slow!.pause(false);
      expect(await slow!.ended).toBe('RESOURCE_EXHAUSTED');
      const seen = slow!.received;
      expect(seen.length).toBeLessThan(total);
      const back = at.room({
        'user-id': 'slow',
        'room-id': 'lobby',
        'after-sequence': String(seen.at(-1)?.sequence ?? 0n),
      });
      await back.untilReceived(total - seen.length);
      expect(contents([...seen, ...back.received])).toEqual(contents(fast!.received));
      back.cancel();
      fast!.cancel();
    });

    it('replay at the pace of the reader, however much there is', async () => {
      await using at = await serve({ settings: { backlogBytes: 64 * 1024 } });
      const ann = at.room({ 'user-id': 'ann', 'room-id': 'lobby' });
      const total = 300;
      for (let index = 0; index < total; index += 1) ann.send(say('lobby', `${index} ${'x'.repeat(8_000)}`));
      ann.halfClose();
      expect(await ann.ended).toBe('OK');
      const reader = at.room({ 'user-id': 'bob', 'room-id': 'lobby', 'after-sequence': '0' });
      reader.pause(true);
      await reader.untilReceived(1);
      const later = at.room({ 'user-id': 'carl', 'room-id': 'lobby' });
      for (let index = 0; index < 50; index += 1) later.send(say('lobby', `later ${index} ${'x'.repeat(8_000)}`));
      later.halfClose();
      expect(await later.ended).toBe('OK');
      reader.pause(false);
      await reader.untilReceived(total + 50);
      expect(reader.received.map(({ content }) => content.split(' x')[0])).toEqual([
        ...Array.from({ length: total }, (_, index) => `${index}`),
        ...Array.from({ length: 50 }, (_, index) => `later ${index}`),
      ]);
      reader.cancel();
    });

    it('are joined as the metadata name them, several at once, live and in a replay', async () => {
      await using at = await serve();
      const long = Array.from({ length: 97 }, (_, index) => `${index}`.padStart(128, 'x'));
      const names = ['a', 'b,c', 'd, e', ...long];
      const inBytes = { 'user-id': 'ann', 'room-id-bin': names.map((name) => Buffer.from(name)) };
      const some = { 'user-id': 'bob', 'room-id': ['a', 'b,c', 'a'] };
      const [ann, bob, carl] = [at.room(inBytes), at.room(some), at.room({ 'user-id': 'carl' })];
      await Promise.all([ann.header, bob.header]);
      carl.send(...names.map((name) => say(name, name, { userId: 'carl' })), say('a', 'last', { userId: 'carl' }));
      await Promise.all([ann.untilReceived(101), bob.untilReceived(3)]);
      expect(contents(ann.received)).toEqual([...names, 'last']);
      expect(contents(bob.received)).toEqual(['a', 'b,c', 'last']);
      const again = { 'after-sequence': '0' };
      const [annAgain, bobAgain] = [at.room({ ...inBytes, ...again }), at.room({ ...some, ...again })];
      for (const stream of [annAgain, bobAgain]) stream.halfClose();
      expect(await Promise.all([annAgain.ended, bobAgain.ended])).toEqual(['OK', 'OK']);
      expect(contents(annAgain.received)).toEqual([...names, 'last']);
      expect(contents(bobAgain.received)).toEqual(['a', 'b,c', 'last']);
      for (const stream of [ann, bob, carl]) stream.cancel();
    });

    it('are so many for one call', async () => {
      await using at = await serve({ settings: { rooms: 2 } });
      const ann = at.room({ 'user-id': 'ann', 'room-id': ['a', 'b', 'a'], ...full });
      ann.send(say('a', 'x'), say('b', 'y'), say('c', 'z'));
      expect(await ann.ended).toBe('RESOURCE_EXHAUSTED');
      expect(contents(ann.received)).toEqual(['x', 'y']);
      expect(await at.room({ 'user-id': 'ann', 'room-id': ['a', 'b', 'c'] }).ended).toBe('RESOURCE_EXHAUSTED');
    });
  });
});
