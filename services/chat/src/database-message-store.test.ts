import { collect, gate, until } from '@streamworks/common/testing';
import type { Database } from '@streamworks/storage';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseMessageStore } from './database-message-store.js';
import { isAbout, type MessageStore, type NewMessage, type StoredMessage, type Topic } from './message-store.js';
import { countBytes } from './message-row.js';
import { migrations, type ChatSchema } from './migrations.js';

const direct = (sender: string, target: string, content = 'hello', messageId = ''): NewMessage => ({
  kind: 'direct',
  sender,
  target,
  content,
  messageId,
  saidAt: 7n,
});
const inRoom = (sender: string, target: string, content = 'hello', messageId = ''): NewMessage => ({
  ...direct(sender, target, content, messageId),
  kind: 'room',
});
const all: Topic = { kind: 'all' };

describe.each(dialects)('the message store on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases(dialect);
  }, 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  const open = (config = {}): Promise<Database<ChatSchema>> => databases.open<ChatSchema>(migrations, { config });
  const create = async (now?: () => number) => createDatabaseMessageStore(await open(), now && { now });
  const read = (log: MessageStore, topic: Topic = all, after = 0n) => collect(log.read(topic, { after }));
  const contents = (messages: readonly StoredMessage[]) => messages.map(({ content }) => content);

  it('gives back what was stored, in its order, with rising sequences', async () => {
    const log = await create(() => 1234);
    expect(await log.readLast()).toBe(0n);
    const messages = [
      direct('ann', 'bob', 'one', 'id'),
      inRoom('bob', 'lobby', 'two'),
      direct('bob', 'ann', '𝄞 %_\'"\\>'),
    ];
    const appended = await log.append(messages);
    expect(appended.map(({ isRepeat }) => isRepeat)).toEqual([false, false, false]);
    const stored = await read(log);
    expect(stored).toEqual(appended.map(({ message }) => message));
    expect(stored).toMatchObject(messages.map((message) => ({ ...message, storedAt: 1234n })));
    expect(stored.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);
    expect(await log.readLast()).toBe(3n);
    expect(await collect(log.read(all, { after: 1n, upTo: 2n }))).toEqual([stored[1]]);
    expect(await log.append([])).toEqual([]);
  });

  it('stores what a sender sends under one id once, also within an append and after a restart', async () => {
    const config = await databases.create();
    const database = await open(config);
    const first = await createDatabaseMessageStore(database).append([
      direct('ann', 'bob', 'one', 'x'),
      direct('ann', 'bob', 'other', 'x'),
    ]);
    expect(first.map(({ isRepeat }) => isRepeat)).toEqual([false, true]);
    expect(first[1]?.message).toEqual(first[0]?.message);
    await database.close();
    const log = createDatabaseMessageStore(await open(config));
    const [repeat] = await log.append([direct('ann', 'carl', 'third', 'x')]);
    expect(repeat).toEqual({ message: first[0]?.message, isRepeat: true });
    await log.append([direct('bob', 'ann', 'of bob', 'x'), inRoom('ann', 'lobby', 'in a room', 'x')]);
    await log.append([direct('ann', 'bob', 'no id'), direct('ann', 'bob', 'no id')]);
    expect(contents(await read(log))).toEqual(['one', 'of bob', 'in a room', 'no id', 'no id']);
  });

  it('gives back the first of each that is sent again, of very many and of several senders', async () => {
    const log = await create();
    const senders = ['ann', 'bob', 'room ann'];
    const numbered = (prefix: string) =>
      Array.from({ length: 1_500 }, (_, index) => {
        const sender = senders[index % 3]!;
        const make = index % 2 === 0 ? direct : inRoom;
        return make(sender, 'x', `${prefix} ${index}`, `${Math.floor(index / 6)}`);
      });
    const first = await log.append(numbered('first'));
    const again = await log.append([direct('ann', 'x', 'new', 'new'), ...numbered('again')]);
    expect(again[0]).toMatchObject({ isRepeat: false, message: { content: 'new' } });
    expect(again.slice(1)).toEqual(first.map(({ message }) => ({ message, isRepeat: true })));
    expect(first.every(({ isRepeat }) => !isRepeat)).toBe(true);
  });

  it('has each message of a topic once, in order, from any place on', async () => {
    const log = await create();
    const user = fc.constantFrom('a', 'b', 'c', '%', "'", 'A');
    const message = fc.record({
      kind: fc.constantFrom('direct' as const, 'room' as const),
      sender: user,
      target: user,
      content: fc.constant('hello'),
      messageId: fc.constant(''),
      saidAt: fc.constant(1n),
    });
    const messages = fc.sample(message, 400);
    const stored = (await log.append(messages)).map((appended) => appended.message);
    const topic = fc.oneof(
      fc.record({ kind: fc.constantFrom('inbox' as const, 'feed' as const), user }),
      fc.record({ kind: fc.constant('rooms' as const), rooms: fc.array(user, { maxLength: 4 }) }),
      fc.constant(all),
    );
    await fc.assert(
      fc.asyncProperty(topic, fc.bigInt({ min: 0n, max: 400n }), async (wanted, after) => {
        const expected = stored.filter((one) => one.sequence > after && isAbout(wanted, one));
        expect(await read(log, wanted, after)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('stores all appends that come at once, each in its own order', async () => {
    const log = await create();
    const writers = Array.from({ length: 20 }, (_, index) => `writer ${index}`);
    await Promise.all(
      writers.flatMap((writer) =>
        [0, 1, 2].map((number) => log.append([direct(writer, 'x', `${number} a`), direct(writer, 'x', `${number} b`)])),
      ),
    );
    const stored = await read(log);
    expect(stored).toHaveLength(120);
    for (const writer of writers) {
      const own = stored.filter(({ sender }) => sender === writer);
      expect(contents(own)).toEqual(['0 a', '0 b', '1 a', '1 b', '2 a', '2 b']);
    }
  });

  it('calls those who listen when something can be read', async () => {
    const log = await create();
    const seen = gate();
    const stop = log.onAppend(() => {
      void read(log).then((stored) => {
        if (stored.length === 1) seen.open();
      });
    });
    await log.append([direct('ann', 'bob')]);
    await seen;
    stop();
    expect(await log.readLast()).toBe(1n);
  });

  it('removes the oldest by age and by size, and nothing else', async () => {
    let now = 1000;
    const keepSince = 5000n;
    const log = await create(() => now);
    const one = direct('ann', 'bob', 'x'.repeat(1000), '');
    await log.append(Array.from({ length: 450 }, () => one));
    now = 2000;
    await log.append([one, one, one]);
    expect(await log.trim({ keepSince, storedBefore: 1000n, mostBytes: undefined })).toBe(0);
    expect(await log.trim({ keepSince, storedBefore: 1001n, mostBytes: undefined })).toBe(450);
    expect((await read(log)).map(({ sequence }) => sequence)).toEqual([451n, 452n, 453n]);
    const bytes = BigInt(countBytes(one));
    expect(await log.trim({ keepSince, storedBefore: undefined, mostBytes: 3n * bytes })).toBe(0);
    expect(await log.trim({ keepSince, storedBefore: undefined, mostBytes: 3n * bytes - 1n })).toBe(1);
    expect((await read(log)).map(({ sequence }) => sequence)).toEqual([452n, 453n]);
    expect(await log.trim({ keepSince: 2000n, storedBefore: undefined, mostBytes: 1n })).toBe(0);
    expect(await log.trim({ keepSince, storedBefore: undefined, mostBytes: undefined })).toBe(0);
    const [next] = await log.append([one]);
    expect(next?.message.sequence).toBe(454n);
  });
});

describe('the message store of several processes', { timeout: 60_000 }, () => {
  it('never shows a sequence after a higher one', async () => {
    await using databases = await startDatabases('postgres');
    const config = await databases.create();
    const logs = await Promise.all(
      [0, 1, 2].map(async () => createDatabaseMessageStore(await databases.open<ChatSchema>(migrations, { config }))),
    );
    const seen: bigint[] = [];
    const [reader] = logs;
    const writing = { isOver: false };
    const reading = (async () => {
      while (!writing.isOver) {
        for await (const { sequence } of reader!.read(all, { after: seen.at(-1) ?? 0n })) seen.push(sequence);
      }
    })();
    await Promise.all(
      logs.flatMap((log, index) =>
        Array.from({ length: 4 }, async (_, writer) => {
          for (let number = 0; number < 25; number += 1) await log.append([direct(`${index} ${writer}`, 'x')]);
        }),
      ),
    );
    await until(() => seen.length === 300);
    writing.isOver = true;
    await reading;
    // A reader who goes on behind what he has seen has everything: nothing came to be seen before it.
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => BigInt(index + 1)));
  });
});
