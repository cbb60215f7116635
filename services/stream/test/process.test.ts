import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@streamworks/common';
import { collect, createPlainClient, runProcess, until } from '@streamworks/common/testing';
import { StockService } from '@streamworks/proto/stock_service';
import { StreamService } from '@streamworks/proto/stream_service';
import { describe, expect, it } from 'vitest';
import { createFolder } from './torture/create-folder.js';
import { main, startStream, toEnvironment } from './torture/start-stream.js';
import { readStoredFiles } from './torture/stored-files.js';
import { downloadBytes, toId, uploadBytes } from './torture/upload-bytes.js';

describe('the process', { timeout: 60_000 }, () => {
  it('keeps users and files over a restart', async () => {
    await using folder = await createFolder();
    const bytes = randomBytes(100_000);
    for (const created of [50n, 0n]) {
      await using service = await startStream(folder.path, { STREAM_SEED_USERS: 'on' });
      const client = createClient(StreamService, service.target);
      if (created > 0n) await uploadBytes(client, bytes);
      expect(await downloadBytes(client, toId(bytes))).toEqual(bytes);
      expect(await collect(client.getUserList({}))).toHaveLength(50);
      expect(service.logs.find(({ msg }) => String(msg).startsWith('STREAM_SEED_USERS'))).toMatchObject({
        created: Number(created),
      });
      client.$close();
      service.kill('SIGTERM');
      expect(await service.ended).toEqual({ code: 0, signal: null });
    }
  });

  it('seeds nobody unless it is told to', async () => {
    await using folder = await createFolder();
    await using service = await startStream(folder.path);
    const client = createClient(StreamService, service.target);
    expect(await collect(client.getUserList({}))).toEqual([]);
    client.$close();
  });

  it('gives price streams a status at once when it stops, and an upload one within the grace period', async () => {
    await using folder = await createFolder();
    await using service = await startStream(folder.path, { SHUTDOWN_GRACE: '1s' });
    const prices = createClient(StockService, service.target);
    const reads = Array.from({ length: 20 }, () => collect(prices.getRealTimePrices({ symbol: 'A' })));
    const client = createPlainClient('stream_service.proto', 'StreamService', service.target);
    const call = client.open('UploadFile');
    let status: { code: number } | undefined;
    call.on('status', (received) => (status = received as typeof status)).on('error', () => undefined);
    call.resume();
    call.write({ fileName: 'a', data: Buffer.alloc(1000), chunkNumber: 0 });
    await until(async () => (await service.countOpenCalls('GetRealTimePrices')) === 20);
    await until(async () => (await readStoredFiles(folder.path)).uploads.length === 1);
    service.kill('SIGTERM');
    const ends = await Promise.allSettled(reads);
    for (const end of ends) {
      expect(end).toMatchObject({ reason: { code: 'UNAVAILABLE', statusMessage: 'the server is shutting down' } });
    }
    expect(await service.ended).toEqual({ code: 0, signal: null });
    await until(() => status !== undefined);
    expect(status).toMatchObject({ code: 14 });
    expect(await readStoredFiles(folder.path)).toMatchObject({ broken: [], uploads: [] });
    prices.$close();
    client.close();
  });

  it('replays recorded prices to their end', async () => {
    await using folder = await createFolder();
    const file = join(folder.path, 'prices.csv');
    await writeFile(file, 'timestamp,symbol,price\n5,aapl,1.5\n6,MSFT,3\n7,AAPL,2.5\n');
    await using service = await startStream(folder.path, { STREAM_PRICES_FILE: file, STREAM_TICK_MS: '10' });
    const client = createClient(StockService, service.target);
    expect(await collect(client.getRealTimePrices({ symbol: 'Aapl' }))).toEqual([
      { symbol: 'AAPL', price: 1.5, timestamp: 5n },
      { symbol: 'AAPL', price: 2.5, timestamp: 7n },
    ]);
    await expect(collect(client.getRealTimePrices({ symbol: 'GOOG' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    client.$close();
  });

  it('ends with one line where it cannot start', async () => {
    await using folder = await createFolder();
    const run = (env: Record<string, string>) =>
      runProcess([process.execPath, main], { env: toEnvironment(folder.path, env) });
    const missing = join(folder.path, 'x.csv');
    expect(await run({ STREAM_PRICES_FILE: missing })).toMatchObject({
      code: 1,
      stderr: `STREAM_PRICES_FILE: ${missing}: cannot be read: there is no such file\n`,
    });
    await writeFile(join(folder.path, 'stream-files'), '');
    expect(await run({})).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^the files in .*stream-files cannot be opened: .*\n$/) as string,
    });
  });
});
