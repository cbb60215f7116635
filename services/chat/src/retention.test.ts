import { createLogger } from '@streamworks/common';
import { collect, gate, until } from '@streamworks/common/testing';
import { startDatabases } from '@streamworks/storage/testing';
import { describe, expect, it } from 'vitest';
import { createDatabaseMessageStore } from './database-message-store.js';
import type { MessageStore, Retention } from './message-store.js';
import { migrations, type ChatSchema } from './migrations.js';
import { startRetention } from './retention.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });

describe('retention', () => {
  it('removes what is too old, again and again, until it is stopped', async () => {
    await using databases = await startDatabases('sqlite');
    let now = 1_000_000;
    const messages = createDatabaseMessageStore(await databases.open<ChatSchema>(migrations), { now: () => now });
    const count = async () => (await collect(messages.read({ kind: 'all' }, { after: 0n }))).length;
    const message = { kind: 'room', sender: 'ann', target: 'lobby', content: 'x', messageId: '', saidAt: 1n } as const;
    await messages.append([message]);
    now = 2_000_000;
    await messages.append([message]);
    const stop = startRetention({
      messages,
      log,
      mostAgeMs: 500_000,
      mostBytes: undefined,
      everyMs: 5,
      now: () => now,
    });
    await until(async () => (await count()) === 1);
    now = 3_000_000;
    await until(async () => (await count()) === 0);
    await stop();
    now = 9_000_000;
    await messages.append([message]);
    expect(await count()).toBe(1);
  });

  it('leaves what was stored a moment ago, however much that is, for those who are about to read it', async () => {
    await using databases = await startDatabases('sqlite');
    let now = 1_000_000;
    const messages = createDatabaseMessageStore(await databases.open<ChatSchema>(migrations), { now: () => now });
    const count = async () => (await collect(messages.read({ kind: 'all' }, { after: 0n }))).length;
    const message = { kind: 'room', sender: 'ann', target: 'lobby', content: 'x', messageId: '', saidAt: 1n } as const;
    await messages.append([message, message]);
    now += 30_000;
    await messages.append([message]);
    let trims = 0;
    const counted = { ...messages, trim: (retention: Retention) => ((trims += 1), messages.trim(retention)) };
    const options = { messages: counted, log, mostAgeMs: undefined, mostBytes: 1, everyMs: 5, now: () => now };
    const stop = startRetention(options);
    await until(() => trims >= 2);
    expect(await count()).toBe(3);
    now += 30_001; // a minute behind the first ones
    await until(async () => (await count()) === 1);
    now += 30_000;
    await until(async () => (await count()) === 0);
    await stop();
  });

  it('is stopped while there are many to remove, and leaves the rest', async () => {
    await using databases = await startDatabases('sqlite');
    let now = 0;
    const messages = createDatabaseMessageStore(await databases.open<ChatSchema>(migrations), { now: () => now });
    const message = { kind: 'room', sender: 'ann', target: 'lobby', content: 'x', messageId: '', saidAt: 1n } as const;
    const count = 10_000;
    await messages.append(Array.from({ length: count }, () => message));
    now = 1_000_000;
    const begun = gate();
    const watched: MessageStore = {
      ...messages,
      trim(retention, signal) {
        begun.open();
        return messages.trim(retention, signal);
      },
    };
    const options = { messages: watched, log, mostAgeMs: 1, mostBytes: undefined, everyMs: 5, now: () => now };
    const stop = startRetention(options);
    await begun;
    await stop();
    const left = (await collect(messages.read({ kind: 'all' }, { after: 0n }))).length;
    expect(left).toBeGreaterThan(count / 2);
    expect(left).toBeLessThan(count);
  });

  it('removes nothing where all is kept', async () => {
    const messages = {} as Parameters<typeof startRetention>[0]['messages'];
    await startRetention({ messages, log, mostAgeMs: undefined, mostBytes: undefined, everyMs: 1 })();
    expect(messages).toEqual({});
  });
});
