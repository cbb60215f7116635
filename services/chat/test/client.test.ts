import { fileURLToPath } from 'node:url';
import { gate, runProcess, startProcess, until, type ServiceProcess } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder, startChat } from './torture/start-chat.js';

const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));

let folder: Awaited<ReturnType<typeof createFolder>>;
let service: ServiceProcess;
beforeAll(async () => {
  folder = await createFolder();
  service = await startChat(folder.path, { CHAT_RECEIVE_IDLE: '300ms' });
}, 60_000);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const toCommand = (...args: string[]): [string, ...string[]] => [
  process.execPath,
  script,
  ...args,
  '--target',
  service.target,
];
const run = (...args: string[]) => runProcess(toCommand(...args));

describe('the client script', { timeout: 60_000 }, () => {
  it('sends and receives', async () => {
    expect(await run('send', '--user', 'ann', '--to', 'bob', 'one', 'two words')).toMatchObject({
      code: 0,
      stdout: 'sent: 2\n',
    });
    const lines = 'ann → bob: one\nann → bob: two words\n';
    expect(await run('receive', '--user', 'bob')).toMatchObject({ code: 0, stdout: lines, stderr: '' });
    expect(await run('receive', '--user', 'bob')).toMatchObject({ code: 0, stdout: '' });
    expect(await run('receive', '--user', 'bob', '--after', '1')).toMatchObject({ stdout: 'ann → bob: two words\n' });
  });

  it('plays a conversation of each kind', async () => {
    const { code, stdout, stderr } = await run('tour');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^sent: 3\nreceived: first\nreceived: second\nreceived: third\n/);
    const lines = stdout
      .replaceAll(/(\w+) [\da-z]{8}\b/g, '$1')
      .trimEnd()
      .split('\n');
    expect(lines.slice(4)).toEqual([
      'cid says: hello dan',
      'dan says: hello cid',
      'dan hears: cid: hello dan',
      'ann says: hello everybody',
      'bob says: hello, too',
      'bob hears: ann: hello everybody',
    ]);
  });

  it.each([
    [['--user', 'ann'], /one of --to and --room/],
    [['--user', 'ann', '--to', 'bob', '--room', 'x'], /one of --to and --room/],
    [['--to', 'bob'], /--user is missing/],
    [['dance'], /"dance" is none of/],
    [['receive', '--user', 'a', '--after', '-1'], /after/],
    [['receive', '--user', 'a', '--room', 'x'], /--room is not for receive/],
    [['tour', '--user', 'a'], /--user is not for tour/],
  ])('does not understand %j', async (args, line) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  });

  it('talks, and goes on where it was when the server is killed', async () => {
    const [more, end] = [gate(), gate()];
    async function* typed() {
      yield 'hello\n';
      await more;
      yield 'still here\n';
      await end;
      yield 'quit\n';
    }
    await using ann = startProcess(toCommand('--user', 'ann', '--room', 'lobby'), { input: typed() });
    await using bob = startProcess(toCommand('--user', 'bob', '--room', 'lobby'), { input: waitFor(end) });
    await until(() => bob.stdout === 'ann: hello\n');
    service.kill('SIGKILL');
    await service.ended;
    more.open();
    service = await startChat(folder.path, { CHAT_RECEIVE_IDLE: '300ms', CHAT_PORT: String(service.port) });
    await until(() => bob.stdout === 'ann: hello\nann: still here\n', 30_000);
    end.open();
    expect((await ann.ended).code).toBe(0);
    expect((await bob.ended).code).toBe(0);
    expect(ann.stdout).toBe('');
    expect(ann.stderr).toContain('UNAVAILABLE: trying again');
    const history = await runProcess(toCommand('--user', 'carl', '--room', 'lobby'), { input: 'quit\n' });
    expect(history).toMatchObject({ code: 0, stdout: 'ann: hello\nann: still here\n' });
  });

  async function* waitFor(end: Promise<void>) {
    await end;
    yield 'quit\n';
  }
});
