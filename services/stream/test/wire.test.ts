import { createSecretKey, randomBytes } from 'node:crypto';
import {
  createClient,
  createLogger,
  defineService,
  Metadata,
  readServiceConfig,
  StatusError,
} from '@streamworks/common';
import { collect, createPlainClient, signToken, startService, until } from '@streamworks/common/testing';
import { StockService } from '@streamworks/proto/stock_service';
import { StreamService } from '@streamworks/proto/stream_service';
import { startDatabases } from '@streamworks/storage/testing';
import { describe, expect, it } from 'vitest';
import { createDatabaseUserStore } from '../src/database-user-store.js';
import { openFolderFileStore } from '../src/folder-file-store.js';
import { createStockHandlers, createStreamHandlers } from '../src/handlers/create-handlers.js';
import { createPriceFeeds } from '../src/handlers/price-feeds.js';
import { migrations, type UserSchema } from '../src/migrations.js';
import type { Price, PriceSource } from '../src/price-source.js';
import { createRandomWalk } from '../src/random-walk.js';
import { createFolder } from './torture/create-folder.js';
import { downloadBytes, toChunks, toId, uploadBytes } from './torture/upload-bytes.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });

interface Options {
  readonly source?: PriceSource;
  readonly tickMs?: number;
  readonly uploadStallMs?: number;
  readonly config?: NonNullable<Parameters<typeof startService>[1]>['config'];
}

/** The service on a free port, on an empty database and an empty folder. */
async function start({ source = createRandomWalk(1), tickMs = 10, uploadStallMs = 10_000, config = {} }: Options = {}) {
  const folder = await createFolder();
  const databases = await startDatabases('sqlite');
  const users = createDatabaseUserStore(await databases.open<UserSchema>(migrations));
  const files = await openFolderFileStore({ folder: folder.path, fileLimit: 2 ** 20, quota: 2 ** 30, log });
  const prices = createPriceFeeds({ source, tickMs, symbols: 10 });
  const dependencies = { users, files, prices, uploads: { fileLimit: 2 ** 20, uploadStallMs } };
  const server = await startService(
    [
      defineService(StreamService, createStreamHandlers(dependencies)),
      defineService(StockService, createStockHandlers(dependencies)),
    ],
    { config },
  );
  const { target } = server;
  return {
    server,
    target,
    prices,
    files,
    stream: createPlainClient('stream_service.proto', 'StreamService', target),
    stock: createPlainClient('stock_service.proto', 'StockService', target),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await databases[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Prices that count from 1, over all symbols. */
function createCounter() {
  const counter = { tick: 0, opened: 0, open };
  function* open(): Generator<Price, void, undefined> {
    counter.opened += 1;
    for (;;) yield { price: (counter.tick += 1), timestamp: undefined };
  }
  return counter;
}

const users = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: 0, name: `Name ${index}`, email: `${index}@example.com` }));

describe('users, by a client that was generated from the .proto file', { timeout: 30_000 }, () => {
  it('are created once, and listed by their number', async () => {
    await using at = await start();
    await using client = at.stream;
    const given = [...users(3), { id: 10, name: 'Ten', email: 'bad' }, { id: 9, name: 'Nine', email: '0@EXAMPLE.com' }];
    const errors = [
      { index: '3', reason: 'email: "bad" is no email address' },
      { index: '4', reason: 'email: "0@EXAMPLE.com" is taken' },
    ];
    expect(await client.call('CreateUsers', given)).toMatchObject({
      code: 'OK',
      responses: [{ created: '3', unchanged: '0', errors }],
    });
    expect(await client.call('CreateUsers', given)).toMatchObject({
      code: 'OK',
      responses: [{ created: '0', unchanged: '3', errors }],
    });
    expect(await client.call('GetUserList', [{ pageSize: -1 }])).toMatchObject({
      code: 'OK',
      responses: users(3).map((user, index) => ({ ...user, id: index + 1 })),
    });
    expect(await client.call('CreateUsers', [])).toMatchObject({
      responses: [{ created: '0', unchanged: '0', errors: [] }],
    });
  });

  it('go in and out by the ten thousand', async () => {
    await using at = await start();
    const client = createClient(StreamService, at.target);
    expect(await client.createUsers(users(10_000))).toEqual({ created: 10_000n, unchanged: 0n, errors: [] });
    const listed = await collect(client.getUserList({ pageSize: 1000 }));
    expect(listed).toEqual(users(10_000).map((user, index) => ({ ...user, id: index + 1 })));
    client.$close();
  });
});

describe('files, by a client that was generated from the .proto file', { timeout: 30_000 }, () => {
  it('come back as they were, whole and from an offset', async () => {
    await using at = await start();
    await using client = at.stream;
    const bytes = randomBytes(200_000);
    const fileId = toId(bytes);
    expect(await client.call('UploadFile', [...toChunks(bytes, { name: 'a.bin' })])).toMatchObject({
      code: 'OK',
      responses: [{ fileId, totalSize: '200000', message: '文件 a.bin 上传成功' }],
    });
    for (const offset of [0, 150_000]) {
      const { code, responses } = await client.call('DownloadFile', [{ fileId, offset: String(offset) }]);
      expect(code).toBe('OK');
      const chunks = responses as { data: Buffer; chunkNumber: number }[];
      expect(Buffer.concat(chunks.map(({ data }) => data))).toEqual(bytes.subarray(offset));
      expect(chunks.map(({ chunkNumber }) => chunkNumber)).toEqual(chunks.map((_, index) => index));
    }
    expect(await client.call('DownloadFile', [{ fileId, offset: '200000' }])).toMatchObject({
      code: 'OK',
      responses: [],
    });
    expect(await client.call('DownloadFile', [{ fileId, offset: '200001' }])).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(await client.call('DownloadFile', [{ fileId, offset: '-1' }])).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await client.call('DownloadFile', [{ fileId: `../files/${fileId}` }])).toMatchObject({ code: 'NOT_FOUND' });
    expect(await client.call('UploadFile', [])).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('are refused at once when they are too large, though their client sends on', async () => {
    await using at = await start();
    await using client = at.stream;
    const call = client.open('UploadFile');
    let status: { code: number; details: string } | undefined;
    call.on('status', (received) => (status = received as typeof status)).on('error', () => undefined);
    call.resume();
    for (let chunkNumber = 0; chunkNumber < 17; chunkNumber += 1) {
      call.write({ fileName: 'a', data: Buffer.alloc(65_536), chunkNumber });
    }
    await until(() => status !== undefined);
    expect(status).toMatchObject({ code: 8, details: 'the file is too large: one may have 1048576 bytes' });
    expect(at.files.usedBytes).toBe(0);
  });

  it('are given up when their client sends nothing for too long', async () => {
    await using at = await start({ uploadStallMs: 200 });
    await using client = at.stream;
    const call = client.open('UploadFile');
    let status: { code: number; details: string } | undefined;
    call.on('status', (received) => (status = received as typeof status)).on('error', () => undefined);
    call.resume();
    call.write({ fileName: 'a', data: Buffer.alloc(1000), chunkNumber: 0 });
    await until(() => status !== undefined);
    expect(status).toMatchObject({ code: 4, details: 'no whole chunk has come for 0.2 s' });
    await until(() => at.files.usedBytes === 0);
  });

  it('are not there when the upload was cancelled, at every moment', async () => {
    await using at = await start();
    const client = createClient(StreamService, at.target);
    const bytes = randomBytes(100_000);
    for (let chunks = 0; chunks <= 7; chunks += 1) {
      const cancelled = new AbortController();
      async function* some() {
        let sent = 0;
        for (const chunk of toChunks(bytes)) {
          if (sent === chunks) break;
          yield chunk;
          sent += 1;
        }
        cancelled.abort();
        await new Promise(() => undefined); // the end of the requests never comes
      }
      await expect(client.uploadFile(some(), { signal: cancelled.signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
    }
    await until(() => at.files.usedBytes === 0);
    await expect(downloadBytes(client, toId(bytes))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await uploadBytes(client, bytes);
    expect(await downloadBytes(client, toId(bytes))).toEqual(bytes);
    client.$close();
  });
});

describe('prices', { timeout: 30_000 }, () => {
  it('are the same at both doors', async () => {
    const source = createCounter();
    await using at = await start({ source, tickMs: 20 });
    await using stock = at.stock;
    await using stream = at.stream;
    const calls = [stock.open('GetRealTimePrices'), stream.open('GetStockPrices')].map((call) => {
      const prices: { symbol: string; price: number; timestamp: string }[] = [];
      call.on('data', (price) => prices.push(price as (typeof prices)[number])).on('error', () => undefined);
      call.end({ symbol: 'aapl' });
      return { call, prices };
    });
    await until(() => calls.every(({ prices }) => prices.length >= 5));
    expect({ opened: source.opened, feeds: at.prices.size }).toEqual({ opened: 1, feeds: 1 });
    for (const { call, prices } of calls) {
      const [{ price: first, symbol, timestamp } = { price: 0, symbol: '', timestamp: '' }] = prices;
      expect(symbol).toBe('AAPL');
      expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(5);
      expect(prices.map(({ price }) => price)).toEqual(prices.map((_, index) => first + index));
      call.cancel();
    }
    await until(() => at.prices.size === 0);
  });

  it('leave no feed and no timer after 10 000 calls that were cancelled', { timeout: 60_000 }, async () => {
    await using at = await start({ tickMs: 1 });
    const countTimers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const before = countTimers();
    for (let round = 0; round < 50; round += 1) {
      // Node ends a connection on which a thousand calls are cancelled in one burst.
      const client = createClient(StockService, at.target);
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          for await (const _price of client.getRealTimePrices({ symbol: `S${index % 10}` })) break;
        }),
      );
      client.$close();
    }
    await until(() => at.prices.size === 0 && countTimers() <= before + 2); // those of the server itself
    expect(at.server.logs.filter(({ msg }) => msg === 'call')).toHaveLength(10_000);
  });

  it(
    'come newest next to a reader who paused, after what the transport held, at 1 ms ticks',
    { timeout: 60_000 },
    async () => {
      const source = createCounter();
      await using at = await start({ source, tickMs: 1 });
      const client = createClient(StockService, at.target);
      const prices = client.getRealTimePrices({ symbol: 'A' });
      expect((await prices.next()).value).toMatchObject({ symbol: 'A' });
      await until(() => source.tick > 8000, 40_000);
      const paused = source.tick;
      let held = 0;
      let newest = 0;
      for await (const { price } of prices) {
        newest = price;
        if (price >= paused) break;
        held += 1;
      }
      // A price has 30 bytes on the wire: 64 KiB of HTTP/2's window and what both sides take ahead, and then no backlog.
      expect(held).toBeLessThan(5000);
      expect(held).toBeGreaterThan(0);
      expect(newest).toBeLessThan(paused + 1000);
      client.$close();
    },
  );

  it('end with UNAVAILABLE when the server stops', async () => {
    const at = await start();
    await using client = at.stock;
    const read = client.call('GetRealTimePrices', [{ symbol: 'A' }]);
    await until(() => at.prices.size === 1);
    at.prices.close(new StatusError('UNAVAILABLE', 'the server is shutting down'));
    expect(await read).toMatchObject({ code: 'UNAVAILABLE', message: 'the server is shutting down' });
    await at[Symbol.asyncDispose]();
  });
});

describe('where the server authenticates its callers', { timeout: 30_000 }, () => {
  it('asks for a token in every method', async () => {
    const secret = 'a secret of more than thirty-two bytes';
    const { auth } = readServiceConfig({ AUTH_JWT_SECRET: secret }, { service: 'stream', port: 0 });
    await using at = await start({ config: { auth } });
    await using stream = at.stream;
    await using stock = at.stock;
    for (const method of ['GetUserList', 'GetStockPrices', 'UploadFile', 'CreateUsers', 'DownloadFile']) {
      expect(await stream.call(method, [{}])).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await stock.call('GetRealTimePrices', [{ symbol: 'A' }])).toMatchObject({ code: 'UNAUTHENTICATED' });
    const metadata = new Metadata();
    const exp = Math.floor(Date.now() / 1000) + 60;
    metadata.set(
      'authorization',
      `Bearer ${await signToken(createSecretKey(Buffer.from(secret)), { sub: 'ann', exp })}`,
    );
    expect(await stream.call('GetUserList', [{}], metadata)).toMatchObject({ code: 'OK' });
  });
});
