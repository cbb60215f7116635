import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type CallError } from '@streamworks/common';
import { gate, startProcess, until } from '@streamworks/common/testing';
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

/** Linux: what a process asks of its system. */
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** A disk of four MiB at a folder; undefined where this user may not have one. */
function mount(path: string): Disposable | undefined {
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]).status !== 0) return undefined;
  return { [Symbol.dispose]: () => void spawnSync('umount', [path]) };
}

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

/** What of a trace belongs to files and to what is told of them, in order; of what was under way, when it ended. */
function readTrace(trace: string, id: string): string[] {
  const steps: string[] = [];
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const ended = begun.get(thread);
    if (call.startsWith('<...') && ended !== undefined) steps.push(ended);
    if (call.startsWith('<...')) begun.delete(thread);
    const step = toStep(call, id);
    if (step === undefined) continue;
    if (call.endsWith('<unfinished ...>')) begun.set(thread, step);
    else steps.push(step);
  }
  return steps.filter((step, index) => step !== steps[index - 1]);
}

function toStep(call: string, id: string): string | undefined {
  const [, name = '', path = ''] = /^(\w+)\(\d+<([^>]*)>/.exec(call) ?? [];
  if (path.startsWith('socket:')) return call.includes(id) ? 'reply' : undefined;
  if (call.startsWith('rename')) return 'rename';
  const [, place] = /stream-files\/(?:uploads\/[^/]+(\/data|\/name|)|(files))$/.exec(path) ?? [];
  if (!path.includes('/stream-files/')) return undefined;
  return `${name.replace(/^pwrite.*|^writev/, 'write')} ${path.endsWith('/files') ? 'files' : `upload${place ?? '?'}`}`;
}

describe('what is acknowledged', { timeout: 60_000 }, () => {
  it.skipIf(!canTrace)('is on disk before: bytes, name and folder, then the rename, then what it changed', async () => {
    await using folder = await createFolder();
    await using service = await startLimited(folder.path, 'echo $$ >&2');
    const file = join(folder.path, 'trace');
    const calls = 'write,writev,pwrite64,pwritev,pwritev2,fsync,rename,renameat,renameat2';
    const flags = ['-f', '-y', '-s', '4096', '-e', `trace=${calls}`, '-o', file];
    await using tracer = startProcess(['strace', ...flags, '-p', service.stderr.trim()]);
    await until(() => tracer.stderr.includes('attached'));
    const client = createClient(StreamService, service.target);
    const bytes = randomBytes(100_000);
    await uploadBytes(client, bytes);
    tracer.kill('SIGINT');
    await tracer.ended;
    client.$close();
    expect(readTrace(await readFile(file, 'utf8'), toId(bytes))).toEqual([
      'write upload/data',
      'fsync upload/data',
      'write upload/name',
      'fsync upload/name',
      'fsync upload',
      'rename',
      'fsync files',
      'reply',
    ]);
  });
});

describe('a disk that is full', { timeout: 60_000 }, () => {
  it('refuses what does not fit, keeps nothing of it, and takes what does', async ({ skip }) => {
    await using folder = await createFolder();
    const path = join(folder.path, 'stream-files');
    await mkdir(path);
    using disk = mount(path);
    skip(disk === undefined, 'this user may not mount a disk');
    await using service = await startStream(folder.path);
    const client = createClient(StreamService, service.target);
    for (let round = 0; round < 3; round += 1) {
      await expect(uploadBytes(client, randomBytes(5 * 2 ** 20))).rejects.toMatchObject({
        code: 'RESOURCE_EXHAUSTED',
        statusMessage: 'there is no room for this file: the disk is full',
      });
      await until(async () => (await countUploads(folder.path)) === 0);
    }
    const bytes = randomBytes(3 * 2 ** 20);
    await uploadBytes(client, bytes);
    expect((await downloadBytes(client, toId(bytes))).equals(bytes)).toBe(true); // comparing by element takes seconds
    client.$close();
  });
});

describe('a system with limits', { timeout: 60_000 }, () => {
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
    expect((await downloadBytes(client, toId(bytes))).equals(bytes)).toBe(true);
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
    expect((await downloadBytes(client, toId(bytes))).equals(bytes)).toBe(true);
    client.$close();
  });
});
