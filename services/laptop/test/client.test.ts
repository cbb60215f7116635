import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, createRandom } from '@streamworks/common';
import { runProcess, startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toRandomPng } from '../src/random-png.js';

const [main, script, addUser] = ['main', 'client', 'add-user'].map((name) =>
  fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url)),
) as [string, string, string];

let folder: string;
let service: ServiceProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamworks-laptop-'));
  service = await startServiceProcess(main, {
    LAPTOP_PORT: '0',
    LAPTOP_METRICS_PORT: 'off',
    DATA_DIR: folder,
    LAPTOP_SEED_USERS: 'on',
    LAPTOP_IMAGES: `folder:${join(folder, 'img')}`,
  });
}, 60_000);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => runProcess([process.execPath, script, ...args, '--target', service.target]);
const id = '[0-9a-f-]{36}';
const created = new RegExp(`^created laptop with id: ${id}$`);
const admin = ['--user', 'admin1', '--password', 'secret'];

describe('the client script', { timeout: 60_000 }, () => {
  it('makes the tour of the tutorial', async () => {
    const { code, stdout, stderr } = await run('--seed', '1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('token refreshed');
    for (const line of lines.slice(1, 12)) expect(line).toMatch(created);
    expect(lines[12]).toBe(
      'search filter: max_price_usd:3000 min_cpu_cores:4 min_cpu_ghz:2.5 min_ram:{value:8 unit:GIGABYTE}',
    );
    expect(lines[13]).toMatch(new RegExp(`^- found: ${id}$`));
    expect(lines[18]).toMatch(/^ {2}\+ ram: value:\d+ unit:GIGABYTE$/);
    expect(stdout).toMatch(new RegExp(`^image uploaded with id: ${id}, size: \\d+$`, 'm'));
    const rated = lines.slice(-7);
    expect(rated.slice(0, 3).join('\n')).toMatch(new RegExp(`^(sent request: laptop_id:"${id}" score:\\d+\\n?){3}$`));
    expect(rated[3]).toMatch(new RegExp(`^received response: laptop_id:"${id}" rated_count:1 average_score:\\d+$`));
    expect(rated[6]).toBe('no more responses');
  });

  it('needs somebody who may, except to search', async () => {
    expect(await run('create')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^laptop: UNAUTHENTICATED: /) });
    const user = await run('create', '--user', 'user1', '--password', 'secret');
    expect(user).toMatchObject({ code: 1, stderr: expect.stringMatching(/^laptop: PERMISSION_DENIED: /) });
    expect(await run('search', '0')).toMatchObject({ code: 0, stdout: 'search filter: min_ram:{unit:GIGABYTE}\n' });
  });

  it('creates, uploads and rates', async () => {
    const made = await run('create', '2', ...admin);
    const [, laptop = ''] = /id: (\S+)/.exec(made.stdout) ?? [];
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^(created laptop with id: ${id}\n){2}$`)),
    });
    const file = join(folder, 'image.PNG');
    await writeFile(file, toRandomPng(createRandom(1), { bytes: 500_000 }));
    const uploaded = await run('upload', file, laptop, ...admin);
    expect(uploaded).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^image uploaded with id: ${id}, size: 500000\n$`)),
      stderr: '',
    });
    const rated = await run('rate', laptop, '8', '-0.5', ...admin);
    expect(rated.stdout).toContain(`received response: laptop_id:"${laptop}" rated_count:2 average_score:3.75\n`);
  });

  it('creates no laptop for a file that no server takes', async () => {
    const image = toRandomPng(createRandom(1));
    const files = { 'photo.txt': image, photo: image, 'empty.png': '', 'text.png': 'a text', 'photo.jpg': image };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await writeFile(join(folder, 'large.png'), toRandomPng(createRandom(1), { bytes: 1_048_577 }));
    const endings = 'png, jpg, jpeg, gif, webp';
    for (const [name, problem] of [
      ['photo.txt', `@ has none of the endings ${endings}`],
      ['photo', `@ has none of the endings ${endings}`],
      ['empty.png', '@ is empty'],
      ['text.png', '@ is no image'],
      ['photo.jpg', '@ is of the type png'],
      [
        'large.png',
        'the image has 1048577 bytes, and most servers take 1048576: name a laptop that is there to try all the same',
      ],
    ] as const) {
      const path = join(folder, name);
      expect(await run('upload', path, ...admin)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `laptop: ${problem.replace('@', path)}\nTry: pnpm client laptop --help\n`,
      });
    }
  });

  it('says which laptop stays where its image is refused all the same', async () => {
    await using strict = await startServiceProcess(main, {
      LAPTOP_PORT: '0',
      LAPTOP_METRICS_PORT: 'off',
      DATA_DIR: join(folder, 'strict'),
      LAPTOP_AUTH: 'off',
      LAPTOP_IMAGE_LIMIT: '100',
    });
    const file = join(folder, 'refused.png');
    await writeFile(file, toRandomPng(createRandom(1)));
    const { code, stdout, stderr } = await runProcess([
      process.execPath,
      script,
      'upload',
      file,
      '--target',
      strict.target,
    ]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^laptop: INVALID_ARGUMENT: image is too large: \d+ > 100\n$/),
    });
    const [, laptop = ''] = /^created laptop with id: (\S+)\n/.exec(stdout) ?? [];
    expect(stdout.split('\n')[1]).toBe(`the laptop ${laptop} stays, without an image`);
  });

  it('prints a token, and takes one', async () => {
    const { stdout } = await run('login');
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    for (const command of ['create', 'tour']) {
      expect(await run(command, '--token', stdout.trim())).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^created laptop/), // and not as somebody who logs in
      });
    }
    const wrong = await run('login', '--user', 'user1', '--password', 'x');
    expect(wrong).toMatchObject({ code: 1, stderr: 'laptop: UNAUTHENTICATED: the name or the password is wrong\n' });
  });

  it.each([
    [['fly'], '"fly" is none of create, search, upload, rate, login, tour'],
    [['create', 'x'], '"x" is no integer'],
    [['create', '-1'], '-1 is not between 0 and 10000000'],
    [['upload'], 'a file is missing'],
    [['upload', '/no/such/file'], '/no/such/file is no file'],
    [['rate', 'a'], 'a score is missing'],
    [['tour', 'x'], 'unexpected argument "x"'],
    [['create', '--token', 'x', '--user', 'ann'], '--token and --user exclude each other'],
    [['create', '--password', 'x'], '--password is that of --user, and nobody logs in'],
  ])('ends with 2 for %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `laptop: ${message}\nTry: pnpm client laptop --help\n`,
    });
  });
});

describe('add-user', { timeout: 60_000 }, () => {
  const add = (args: string[], input?: string) =>
    runProcess([process.execPath, addUser, ...args], {
      env: { DATA_DIR: folder },
      ...(input !== undefined && { input }),
    });

  it('makes a user while the service runs', async () => {
    expect(await add(['zoë', '--role', 'user'], 'pässword\n')).toEqual({
      code: 0,
      signal: null,
      stdout: 'zoë (user) can log in\n',
      stderr: '',
    });
    const client = createClient(AuthService, service.target);
    expect(await client.login({ username: 'zoë', password: 'pässword' })).toHaveProperty('accessToken');
    client.$close();
    expect(await add(['zoë', '--role', 'admin'], 'x')).toMatchObject({
      code: 1,
      stderr: 'add-user: there is a user "zoë" already\n',
    });
  });

  it.each<[string[], string | undefined, string]>([
    [[], 'x', 'the name is missing: whose account is it?'],
    [['ann'], 'x', '--role is needed: admin or user'],
    [['ann', '--role', 'root'], 'x', '--role is needed: admin or user'],
    [['ann', 'bob', '--role', 'user'], 'x', 'unexpected argument "bob"'],
    [['x'.repeat(129), '--role', 'user'], 'x', 'the name has 129 bytes, and may have 128'],
    [['ann', '--role', 'user'], undefined, 'there is no password on stdin'],
    [['ann', '--role', 'user'], '\nsecret', 'there is no password on stdin'],
    [['ann', '--role', 'user'], 'x'.repeat(1_025), 'the password is longer than 1024 bytes'],
  ])('ends with 2 for %j', async (args, input, message) => {
    expect(await add(args, input)).toMatchObject({ code: 2, stdout: '', stderr: `add-user: ${message}\n` });
  });

  it('takes the first line, whatever becomes of stdin', async () => {
    const child = spawn(process.execPath, [addUser, 'eve', '--role', 'user'], {
      env: { ...process.env, DATA_DIR: folder },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.write('sec');
    child.stdin.write('ret\nand more'); // and no end
    expect(await once(child, 'exit')).toEqual([0, null]);
    const client = createClient(AuthService, service.target);
    expect(await client.login({ username: 'eve', password: 'secret' })).toHaveProperty('accessToken');
    client.$close();
  });

  it('describes itself', async () => {
    expect(await add(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: node dist\/add-user\.js NAME/),
    });
  });
});

describe('a start', { timeout: 60_000 }, () => {
  const start = (env: Record<string, string>) =>
    runProcess([process.execPath, main], {
      env: { LAPTOP_PORT: '0', LAPTOP_METRICS_PORT: 'off', DATA_DIR: folder, ...env },
    });

  it('stops in production without a key', async () => {
    expect(await start({ NODE_ENV: 'production' })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^AUTH_JWT_SECRET is not set: [^\n]*\n$/),
    });
  });

  it('stops on a database that another process serves', async () => {
    expect(await start({})).toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]*laptop\.db[^\n]*\n$/) });
  });

  it('says where images are', () => {
    expect(service.logs.filter(({ msg }) => msg === 'images')).toMatchObject([
      { level: 'info', folder: join(folder, 'img') },
    ]);
  });

  it('warns of a key and of users that are for development', () => {
    expect(service.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      'AUTH_JWT_SECRET is not set: tokens are good until this process ends',
      'for development only: admin1 (admin) and user1 (user) can log in with the password secret',
    ]);
  });
});
