import { fileURLToPath } from 'node:url';
import { defineService } from '@streamworks/common';
import { runProcess, startService, startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';
import { SayHello } from '@streamworks/proto/hello';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));
const run = (...args: string[]) => runProcess([process.execPath, script, ...args]);

let service: ServiceProcess;
beforeAll(async () => {
  service = await startServiceProcess(main, { HELLO_PORT: '0', HELLO_METRICS_PORT: 'off' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('the client script', { timeout: 30_000 }, () => {
  it('prints the greeting, the request id that the server made, and the duration', async () => {
    const { code, stdout, stderr } = await run('--target', service.target);
    expect(stdout).toMatch(/^hello world! streamworks\nx-request-id: [0-9a-f-]{36}\nx-duration-ms: \d+\.\d{3}\n$/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('greets the name that it is given, and sends the request id that it is given', async () => {
    const { code, stdout } = await run('--request-id', 'r-1', 'Ada', '--target', service.target);
    expect(stdout).toMatch(/^hello world! Ada\nx-request-id: r-1\nx-duration-ms: /);
    expect(code).toBe(0);
  });

  it('sends a note as bytes, and prints the one that comes back', async () => {
    const { code, stdout } = await run('Ada', '--note', 'grüß dich 💥', '--target', service.target);
    expect(stdout).toMatch(/\nx-duration-ms: \d+\.\d{3}\nnote-bin: grüß dich 💥\n$/);
    expect(code).toBe(0);
  });

  it('ends with 1 and the words of the server where the name is too long', async () => {
    expect(await run('a'.repeat(129), '--target', service.target)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'hello: INVALID_ARGUMENT: name: is longer than 128 bytes\n',
    });
  });

  it('ends with 1 and says what to do where nobody listens', async () => {
    expect(await run('--target', 'localhost:1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^hello: UNAVAILABLE: nothing listens on localhost:1 \[connect ECONNREFUSED [^\n]+:1\]\nIs the service running\? Start all with: pnpm dev[^\n]+\n$/,
      ),
    });
  });

  it('ends with 2 for a request id that no header can carry', async () => {
    expect(await run('--request-id', 'a b')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'hello: a request id is 1 to 128 visible ASCII characters\nTry: pnpm client hello --help\n',
    });
  });

  it('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(stdout).toMatch(/^Usage: pnpm client hello \[name\] \[options\]\n/);
    expect(stdout).toMatch(/ {2}--request-id <value> {2}/);
    expect(code).toBe(0);
  });

  it('ends with 1 where the answer is not right', async () => {
    await using rude = await startService([
      defineService(SayHello, {
        hello(_request, { responseTrailer }) {
          responseTrailer.set('x-duration-ms', '0');
          return { msg: 'go away' };
        },
      }),
    ]);
    expect(await run('--target', rude.target)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^go away\n/),
      stderr: 'hello: the server greets in other words\n',
    });
  });
});
