import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type CallError } from '@streamworks/common';
import { collect, createPlainClient, gate, runProcess, startProcess, until } from '@streamworks/common/testing';
import { StockService } from '@streamworks/proto/stock_service';
import { StreamService } from '@streamworks/proto/stream_service';
import { describe, expect, it } from 'vitest';
import { createFolder } from './torture/create-folder.js';
import { main, startStream, toEnvironment } from './torture/start-stream.js';
import { readStoredFiles } from './torture/stored-files.js';
import { downloadBytes, toChunks, toId, uploadBytes } from './torture/upload-bytes.js';

/** Linux, and root's right to it. */
const canUnshare = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;

/** Linux: a limit of a process that runs. */
const canLimit = spawnSync('prlimit', ['--version']).status === 0;

function findFreePid(): number {
  for (let pid = 20_000; ; pid += 1) if (!existsSync(`/proc/${pid}`)) return pid;
}

const countUploads = async (dataDir: string) => (await readStoredFiles(dataDir)).uploads.length;

/** Starts the service behind a command of a shell; resolves when it takes calls. */
async function startLimited(dataDir: string, before: string, command = `"${process.execPath}" "${main}"`) {
  const service = startProcess(['sh', '-c', `${before}; exec ${command}`], { env: toEnvironment(dataDir) });
  const findPort = () => /"port":(\d+)/.exec(service.stdout)?.[1];
  await until(() => findPort() !== undefined, 20_000);
  return Object.assign(service, { target: `127.0.0.1:${findPort()}` });
}

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

  it.skipIf(!canLimit)('says RESOURCE_EXHAUSTED where the system opens no more files, and goes on', async () => {
    await using folder = await createFolder();
    await using service = await startLimited(folder.path, 'echo $$ >&2');
    // Not before it has loaded its modules, which needs hundreds at a time.
    expect(spawnSync('prlimit', ['--pid', service.stderr.trim(), '--nofile=64:64']).status).toBe(0);
    const client = createClient(StreamService, service.target);
    const cancelled = new AbortController();
    const { signal } = cancelled;
    async function* startOnly() {
      yield { fileName: 'a', data: Buffer.from('x'), chunkNumber: 0 };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
    const codes: string[] = [];
    const calls = Array.from({ length: 80 }, () =>
      client.uploadFile(startOnly(), { signal }).catch((error: unknown) => {
        const { code, statusMessage } = error as CallError; // a call throws no other
        codes.push(`${code}: ${statusMessage}`);
      }),
    );
    await until(async () => codes.length > 0 && codes.length + (await countUploads(folder.path)) >= 80);
    expect(new Set(codes)).toEqual(
      new Set(['RESOURCE_EXHAUSTED: the server has too many files open: try again later']),
    );
    cancelled.abort();
    await Promise.all(calls);
    const bytes = randomBytes(1000);
    await until(async () => (await countUploads(folder.path)) === 0);
    await uploadBytes(client, bytes);
    expect(await downloadBytes(client, toId(bytes))).toEqual(bytes);
    client.$close();
  });

  it.skipIf(!canUnshare)('leaves the unfinished uploads alone of another container with its name', async () => {
    await using folder = await createFolder();
    // Its number there is that of no process here.
    const numbered = `echo ${findFreePid() - 1} > /proc/sys/kernel/ns_last_pid; ${process.execPath} ${main}; true`;
    const command = `unshare --pid --fork --kill-child sh -c '${numbered}'`;
    await using other = await startLimited(folder.path, 'true', command);
    const client = createClient(StreamService, other.target);
    const goOn = gate();
    const bytes = randomBytes(40_000);
    async function* slowly() {
      const [first, ...rest] = toChunks(bytes);
      yield first!;
      await goOn;
      yield* rest;
    }
    const uploaded = client.uploadFile(slowly());
    await until(async () => (await countUploads(folder.path)) === 1);
    await using service = await startStream(folder.path, { STREAM_DATABASE_URL: 'sqlite:own.db' });
    expect(service.logs.find(({ msg }) => msg === 'files')).toMatchObject({ leftovers: 0, usedBytes: 16_384 });
    goOn.open();
    expect(await uploaded).toMatchObject({ fileId: toId(bytes) });
    client.$close();
  });

  it('says RESOURCE_EXHAUSTED where nothing more can be written, keeps nothing of it, and goes on', async () => {
    await using folder = await createFolder();
    // A limit of the system on the size of any file stands for a disk that is full: 512 bytes each.
    await using service = await startLimited(folder.path, "trap '' XFSZ; ulimit -f 2048");
    const client = createClient(StreamService, service.target);
    await expect(uploadBytes(client, randomBytes(2 ** 21))).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      statusMessage: 'there is no room for this file: the disk is full',
    });
    await until(async () => (await readStoredFiles(folder.path)).uploads.length === 0);
    const bytes = randomBytes(500_000);
    await uploadBytes(client, bytes);
    expect(await downloadBytes(client, toId(bytes))).toEqual(bytes);
    client.$close();
  });
});
