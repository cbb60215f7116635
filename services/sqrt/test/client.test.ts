import { fileURLToPath } from 'node:url';
import { runProcess, startProcess, startServiceProcess, until, type ServiceProcess } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));
const run = (...args: string[]) => runProcess([process.execPath, script, ...args]);

let service: ServiceProcess;
beforeAll(async () => {
  service = await startServiceProcess(main, { SQRT_PORT: '0', SQRT_METRICS_PORT: 'off', SHUTDOWN_GRACE: '500ms' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('the client script', { timeout: 30_000 }, () => {
  it('prints the roots of 0 to 9, then that the server closed', async () => {
    const roots = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(Math.sqrt);
    expect(await run('--interval', '5ms', '--target', service.target)).toMatchObject({
      code: 0,
      stdout: [...roots, 'Server Closed', ''].join('\n'),
      stderr: '',
    });
  });

  it('prints what IEEE 754 has for the numbers that it is given', async () => {
    expect(await run('--interval=0', '--target', service.target, '-4', '-0', '1e400', 'NaN', '.25')).toMatchObject({
      code: 0,
      stdout: 'NaN\n-0\nInfinity\nNaN\n0.5\nServer Closed\n',
      stderr: '',
    });
  });

  it('prints a root before it sends the next number, and cancels the call at Ctrl-C', async () => {
    const args = ['9', '16', '--interval', '999m', '--target', service.target];
    await using client = startProcess([process.execPath, script, ...args]);
    await until(() => client.stdout === '3\n');
    client.kill('SIGINT');
    expect(await client.ended).toEqual({ code: 130, signal: null });
    expect(client.stdout + client.stderr).toBe('3\n');
    await until(() => service.logs.at(-1)?.['msg'] === 'call');
    await until(() => service.logs.at(-1)?.['code'] === 'CANCELLED');
    expect(service.logs.at(-1)).toMatchObject({ received: 1, sent: 1 });
  });

  it('ends well where its reader has enough', async () => {
    // The parentheses keep the exit code of the client: that of a pipe is head's.
    const line = `("${process.execPath}" "${script}" --interval 50ms --target ${service.target}; echo "exit $?" >&2) | head -1`;
    expect(await runProcess(['sh', '-c', line])).toEqual({ code: 0, signal: null, stdout: '0\n', stderr: 'exit 0\n' });
  });

  it('ends with 2 for what is no number', async () => {
    expect(await run('4', 'four')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'sqrt: "four" is no number\nTry: pnpm client sqrt --help\n',
    });
  });

  it('ends with 1 when the server stops, and does not wait for its next number', async () => {
    await using stopping = await startServiceProcess(main, { SQRT_PORT: '0', SHUTDOWN_GRACE: '1s' });
    const args = ['9', '16', '--interval', '999m', '--target', stopping.target];
    await using client = startProcess([process.execPath, script, ...args]);
    await until(() => client.stdout === '3\n');
    stopping.kill('SIGTERM');
    expect(await client.ended).toEqual({ code: 1, signal: null });
    expect(client.stderr).toMatch(/^sqrt: UNAVAILABLE: the server is shutting down\n/);
  });
});
