import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineService, type Handlers } from '@streamworks/common';
import { gate, runProcess, startProcess, startService, until, type ServiceProcess } from '@streamworks/common/testing';
import { StreamService } from '@streamworks/proto/stream_service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder } from './torture/create-folder.js';
import { startStream } from './torture/start-stream.js';
import { toId } from './torture/upload-bytes.js';

const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));

let folder: Awaited<ReturnType<typeof createFolder>>;
let data: Awaited<ReturnType<typeof createFolder>>;
let service: ServiceProcess;
beforeAll(async () => {
  folder = await createFolder();
  data = await createFolder();
  service = await startStream(data.path, { STREAM_TICK_MS: '20' });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  await data[Symbol.asyncDispose]();
});

/** Paths begin where the person stands: pnpm says where that is. */
const env = () => ({ INIT_CWD: folder.path });
const run = (...args: string[]) =>
  runProcess([process.execPath, script, '--target', service.target, ...args], { env: env() });
const write = (name: string, content: string | Buffer) => writeFile(join(folder.path, name), content);

/** A server whose users and files are not as they should be. */
async function startLiar(handlers: Partial<Handlers<typeof StreamService>>) {
  const unexpected = () => {
    throw new Error('this method is not called');
  };
  return startService([
    defineService(StreamService, {
      getUserList: unexpected,
      getStockPrices: unexpected,
      uploadFile: unexpected,
      createUsers: unexpected,
      downloadFile: unexpected,
      ...handlers,
    }),
  ]);
}

describe('import and users', { timeout: 30_000 }, () => {
  it('create the users of a CSV file, once, and say line by line who could not be created', async () => {
    const rows = [
      'Ann,,ann@example.com',
      'Bob,7,bob',
      '"Zed, ""the last""\r\nof all",x,zed@example.com',
      '',
      'Cid,9,CID@example.com',
      'Dan,,',
    ];
    await write('users.csv', ['Name,ID,Email', ...rows, 'Eve,9,eve@example.com', ''].join('\r\n'));
    const errors = [
      'line 3: email: "bob" is no email address',
      `line 4: id: "x" is no number up to 2147483647`,
      'line 8: email: "" is no email address',
      'line 9: id: 9 is taken',
      'stream: 4 of 6 rows were not imported',
      '',
    ].join('\n');
    expect(await run('import', 'users.csv')).toMatchObject({
      code: 1,
      stdout: 'created: 2\nunchanged: 0\nfailed: 4\n',
      stderr: errors,
    });
    expect(await run('import', 'users.csv')).toMatchObject({
      code: 1,
      stdout: 'created: 0\nunchanged: 2\nfailed: 4\n',
      stderr: errors,
    });
    expect(await run('users', '--page-size', '1')).toMatchObject({
      code: 0,
      stdout: '1\tAnn\tann@example.com\n9\tCid\tCID@example.com\n',
      stderr: '',
    });
  });

  it('take what is piped in, and say what is no CSV', async () => {
    const command = [process.execPath, script, '--target', service.target, 'import'] as const;
    const pipe = (input: string) => runProcess(command, { input, env: env() });
    expect(await pipe('email,name\npiped@example.com,Piped\n')).toMatchObject({
      code: 0,
      stdout: 'created: 1\nunchanged: 0\nfailed: 0\n',
      stderr: '',
    });
    expect(await pipe('')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'the CSV cannot be read: it is empty, and its first line has to name the columns\n',
      ) as string,
    });
    expect(await pipe('name\nAnn\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'stream: the CSV cannot be read: its first line names no column email\n',
      ) as string,
    });
    expect(await pipe('name,email\n"Ann,a@b\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the CSV cannot be read: Quote Not Closed') as string,
    });
    // It is not read to its end to find that out, nor kept.
    expect(await pipe(`name,email\n"Ann,a@b\n${'Bob,bob@example.com\n'.repeat(5000)}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the CSV cannot be read: Max Record Size') as string,
    });
  });

  it('say what became of the rows before one that is no CSV', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `Late ${index},late${index}@example.com`);
    await write('late.csv', ['name,email', 'Bad,bad', ...rows, '"Ann,ann@late.example', ''].join('\n'));
    const { code, stdout, stderr } = await run('import', 'late.csv');
    const [, created] = /^created: (\d+)\nunchanged: 0\nfailed: 1\n$/.exec(stdout) ?? [];
    expect(Number(created)).toBeGreaterThan(2900); // what the parser has read ahead goes with its error
    const said = 'the CSV cannot be read: Quote Not Closed: the parsing is finished with an opening quote at line 3003';
    expect({ code, lines: stderr.split('\n') }).toEqual({
      code: 1,
      lines: [
        'line 2: email: "bad" is no email address',
        `stream: ${said}; no more than the first ${Number(created) + 1} rows were read`,
        '',
      ],
    });
    const users = (await run('users')).stdout.split('\n').filter((line) => line.includes('\tlate'));
    expect(users).toHaveLength(Number(created));
  });

  it('end with 1 where the server counts wrong', async () => {
    await using liar = await startLiar({
      createUsers: async (users) => {
        for await (const _ of users);
        return { created: 1n, unchanged: 0n, errors: [] };
      },
    });
    await write('two.csv', 'name,email\na,a@b\nb,b@b\n');
    expect(await run('import', 'two.csv', '--target', liar.target)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'stream: 2 users were sent, and the server speaks of others\n',
    });
  });

  it('show no control characters of others', async () => {
    await using liar = await startLiar({
      async *getUserList() {
        yield { id: 1, name: '\u001b[2Ja', email: 'b\nc' };
      },
    });
    expect(await run('users', '--target', liar.target)).toMatchObject({ stdout: '1\t\ufffd[2Ja\tb\ufffdc\n' });
  });
});

describe('upload and download', { timeout: 60_000 }, () => {
  it('bring a file there and back, under its name or another one', async () => {
    const bytes = randomBytes(1_000_000);
    await write('文件.bin', bytes);
    const id = toId(bytes);
    expect(await run('upload', '文件.bin')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^文件 文件.bin 上传成功\nid: ${id}\n976.6 KiB, .*/s\n$`) as string,
      stderr: '',
    });
    expect(await run('download', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is there already') as string,
    });
    expect(await run('download', id, 'copy.bin')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^976\.6 KiB, .*\/s, its hash is right\n.*copy\.bin\n$/) as string,
      stderr: '',
    });
    expect(await readFile(join(folder.path, 'copy.bin'))).toEqual(bytes);
  });

  it.each([0, 1, 65_536, 299_999, 300_000])('go on after %i bytes that are there', async (there) => {
    const bytes = randomBytes(300_000);
    await write(`up${there}`, bytes);
    await run('upload', `up${there}`);
    const part = `${toId(bytes)}.part`;
    await write(part, bytes.subarray(0, there));
    expect(await run('download', toId(bytes), `down${there}`)).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(folder.path, `down${there}`))).toEqual(bytes);
    await expect(readFile(join(folder.path, part))).rejects.toThrow('ENOENT');
    const sent = service.logs.findLast(({ method }) => String(method).endsWith('DownloadFile'))?.['sent'];
    expect(sent).toBe(Math.ceil((300_000 - there) / 65_536));
  });

  it('throw away what has another hash, or is longer than the file', async () => {
    const bytes = randomBytes(100_000);
    await write('source', bytes);
    await run('upload', 'source');
    const part = `${toId(bytes)}.part`;
    for (const [wrong, said] of [
      [randomBytes(50_000), 'what was received has another hash'],
      [randomBytes(100_001), 'what was there already is longer than the file'],
    ] as const) {
      await write(part, wrong);
      expect(await run('download', toId(bytes), 'target')).toMatchObject({
        code: 1,
        stderr: `stream: ${said}: it is thrown away\n`,
      });
      await expect(readFile(join(folder.path, part))).rejects.toThrow('ENOENT');
    }
    expect(await run('download', toId(bytes), 'target')).toMatchObject({ code: 0 });
  });

  it('keep what came before a call was cut off, and get the rest with the same command', async () => {
    const bytes = randomBytes(300_000);
    await using cut = await startLiar({
      async *downloadFile() {
        yield { data: bytes.subarray(0, 120_000), chunkNumber: 0 };
        throw new Error('cut');
      },
    });
    await write('cut-source', bytes);
    await run('upload', 'cut-source');
    expect(await run('download', toId(bytes), 'cut-target', '--target', cut.target)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^117\.2 KiB are in .*\.part: the same command goes on there\nstream: INTERNAL/,
      ) as string,
    });
    expect(await run('download', toId(bytes), 'cut-target')).toMatchObject({ code: 0 });
    expect(await readFile(join(folder.path, 'cut-target'))).toEqual(bytes);
  });

  it('have one writer for each file: a second one is refused, and what a killed one has left is gone on with', async () => {
    const bytes = randomBytes(300_000);
    const goOn = gate();
    await using slow = await startLiar({
      async *downloadFile({ offset }) {
        yield { data: bytes.subarray(Number(offset), 120_000), chunkNumber: 0 };
        await goOn;
        yield { data: bytes.subarray(120_000), chunkNumber: 1 };
      },
    });
    await write('shared', bytes);
    await run('upload', 'shared');
    const command = [process.execPath, script, '--target', slow.target, 'download', toId(bytes)] as const;
    const findParts = async () => (await readdir(folder.path)).filter((name) => name.startsWith(toId(bytes)));
    const isWritten = async () => {
      const [name] = await findParts();
      return name !== undefined && (await stat(join(folder.path, name))).size === 120_000;
    };
    await using killed = startProcess([...command, 'one'], { env: env() });
    await until(isWritten);
    killed.kill('SIGKILL');
    await killed.ended;
    const left = await findParts();
    await using first = startProcess([...command, 'one'], { env: env() });
    await until(async () => (await findParts())[0] !== left[0]);
    const [, pid] = /\.(\d+)@/.exec((await findParts())[0] ?? '') ?? [];
    expect(await run('download', toId(bytes), 'two')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        `^stream: process ${pid} downloads this file to this folder already; if that is another program, remove .*\\.part\n$`,
      ) as string,
    });
    goOn.open();
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('117.2 KiB of which were there');
    expect(await readFile(join(folder.path, 'one'))).toEqual(bytes);
    expect(await findParts()).toEqual([]);
  });

  it('give no file its name whose bytes on disk are others than those that came', async () => {
    const bytes = randomBytes(200_000);
    const goOn = gate();
    await using slow = await startLiar({
      async *downloadFile() {
        yield { data: bytes.subarray(0, 120_000), chunkNumber: 0 };
        await goOn;
        yield { data: bytes.subarray(120_000), chunkNumber: 1 };
      },
    });
    const findPart = async () => (await readdir(folder.path)).find((name) => name.startsWith(toId(bytes)));
    await using client = startProcess([process.execPath, script, '--target', slow.target, 'download', toId(bytes)], {
      env: env(),
    });
    await until(async () => (await findPart()) !== undefined);
    const path = join(folder.path, (await findPart()) ?? '');
    await until(async () => (await stat(path)).size === 120_000);
    await writeFile(path, 'damaged', { flag: 'r+' });
    goOn.open();
    expect(await client.ended).toMatchObject({ code: 1 });
    expect(client.stderr).toContain('what was received has another hash');
    expect(await findPart()).toBeUndefined();
  });

  it.each(['hidden', 'taken'])('end before the bytes come where the name of the file is %s', async (kind) => {
    const bytes = randomBytes(300_000);
    const name = kind === 'hidden' ? '.profile' : 'taken';
    let ended = '';
    await using endless = await startLiar({
      async *downloadFile(_request, context) {
        context.onEnd(({ code }) => (ended = code));
        context.responseHeader.set('file-name-bin', Buffer.from(name));
        yield { data: bytes };
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      },
    });
    await write('taken', 'mine');
    expect(await run('download', toId(bytes), '--target', endless.target)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        kind === 'hidden' ? 'its name is ".profile": say where' : 'taken is there already',
      ) as string,
    });
    await until(() => ended === 'CANCELLED');
    expect((await readdir(folder.path)).filter((each) => each === '.profile' || each.startsWith(toId(bytes)))).toEqual(
      [],
    );
    expect(await readFile(join(folder.path, 'taken'), 'utf8')).toBe('mine');
  });

  it('write nowhere that a server says', async () => {
    const bytes = Buffer.from('evil');
    await using liar = await startLiar({
      async *downloadFile(_request, context) {
        context.responseHeader.set('file-name-bin', Buffer.from('../evil'));
        yield { data: bytes };
      },
    });
    const { code, stdout } = await run('download', toId(bytes), '--target', liar.target);
    expect({ code, path: stdout.split('\n')[1] }).toEqual({ code: 0, path: join(folder.path, toId(bytes)) });
  });

  it('leave nothing of a file that is not there, and name what is wrong', async () => {
    const id = '0'.repeat(64);
    expect(await run('download', id)).toMatchObject({
      code: 1,
      stderr: `stream: NOT_FOUND: there is no file "${id}"\n`,
    });
    await expect(readFile(join(folder.path, `${id}.part`))).rejects.toThrow('ENOENT');
    for (const args of [
      ['download'],
      ['download', 'x'],
      ['upload'],
      ['upload', 'nowhere'],
      ['upload', '.'],
      ['upload', 'a', 'b'],
      ['move'],
      [],
    ]) {
      expect(await run(...args)).toMatchObject({ code: 2, stdout: '' });
    }
  });

  it.skipIf(process.platform === 'win32')('wait for nobody who would write to a pipe', async () => {
    expect(spawnSync('mkfifo', [join(folder.path, 'pipe')]).status).toBe(0);
    expect(await run('upload', 'pipe')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('pipe is no file') as string,
    });
  });

  it('find what is stored already where there is no room for it once more', async () => {
    await using own = await createFolder();
    await using full = await startStream(own.path, { STREAM_FILES_QUOTA: '100000' });
    await write('first', randomBytes(90_000));
    await write('second', randomBytes(90_001));
    const uploadTo = (name: string) => run('upload', name, '--target', full.target);
    expect(await uploadTo('first')).toMatchObject({ code: 0 });
    const id = toId(await readFile(join(folder.path, 'first')));
    expect(await uploadTo('first')).toMatchObject({
      code: 0,
      stdout: `the same bytes are stored already\nid: ${id}\n`,
      stderr: '',
    });
    expect(await uploadTo('second')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'stream: RESOURCE_EXHAUSTED: there is no room for this file: the quota of all files is used up\n',
    });
  });

  it('end with 1 where the server has stored other bytes', async () => {
    await using liar = await startLiar({
      uploadFile: async (chunks) => {
        for await (const _ of chunks);
        return { fileId: '0'.repeat(64), totalSize: 4n, message: 'yes' };
      },
    });
    await write('four', 'four');
    expect(await run('upload', 'four', '--target', liar.target)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has other bytes than what was stored') as string,
    });
  });
});

describe('prices', { timeout: 30_000 }, () => {
  it('are a line each where they are piped, as many as are asked for', async () => {
    const { code, stdout, stderr } = await run('prices', 'aapl', 'MSFT', '--count', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toMatch(/^(AAPL|MSFT) +\d+\.\d\d [ ▲▼] \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(lines.filter((line) => line.startsWith('AAPL'))).toHaveLength(3);
  });

  it('have one line for each symbol, however often and however it is given', async () => {
    const { code, stdout } = await run('prices', 'AAPL', 'aapl', 'AAPL', '--count', '2');
    expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 0, lines: 2 });
  });

  it('go on until Ctrl-C', async () => {
    await using client = startProcess([process.execPath, script, '--target', service.target, 'prices', 'A']);
    await until(() => client.stdout.split('\n').length > 5);
    client.kill('SIGINT');
    expect(await client.ended).toEqual({ code: 130, signal: null });
    expect(client.stderr).toBe('');
  });

  it('end with 1 where one of them is refused', async () => {
    expect(await run('prices', 'A', 'B C')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^stream: INVALID_ARGUMENT: symbol: /) as string,
    });
    expect(await run('prices')).toMatchObject({ code: 2 });
    expect(await run('prices', 'A', '--count', 'x')).toMatchObject({ code: 2 });
  });
});
