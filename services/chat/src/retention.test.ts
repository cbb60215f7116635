import { createLogger } from '@streamworks/common';
import { collect, until } from '@streamworks/common/testing';
import { startDatabases } from '@streamworks/storage/testing';
import { describe, expect, it } from 'vitest';
import { createDatabaseMessageStore } from './database-message-store.js';
import { migrations, type ChatSchema } from './migrations.js';
import { startRetention } from './retention.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });

describe('retention', () => {
  it('removes what is too old, again and again, until it is stopped', async () => {
    await using databases = await startDatabases('sqlite');
    let now = 1_000;
    const messages = createDatabaseMessageStore(await databases.open<ChatSchema>(migrations), { now: () => now });
    const count = async () => (await collect(messages.read({ kind: 'all' }, { after: 0n }))).length;
    const message = { kind: 'room', sender: 'ann', target: 'lobby', content: 'x', messageId: '', saidAt: 1n } as const;
    await messages.append([message]);
    now = 2_000;
    await messages.append([message]);
    const stop = startRetention({ messages, log, mostAgeMs: 500, mostBytes: undefined, everyMs: 5, now: () => now });
    await until(async () => (await count()) === 1);
    now = 3_000;
    await until(async () => (await count()) === 0);
    await stop();
    now = 9_000;
    await messages.append([message]);
    expect(await count()).toBe(1);
  });

  it('removes nothing where all is kept', async () => {
    const messages = {} as Parameters<typeof startRetention>[0]['messages'];
    await startRetention({ messages, log, mostAgeMs: undefined, mostBytes: undefined, everyMs: 1 })();
    expect(messages).toEqual({});
  });
});
