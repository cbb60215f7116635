import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProcess, startProcess, startServiceProcess, until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { cases } from '../src/cases.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const client = fileURLToPath(new URL('../dist/client.js', import.meta.url));

async function runClient(...args: string[]) {
  const { code, stdout, stderr } = await runProcess([process.execPath, client, ...args]);
  return { code, stdout, stderr };
}

const runServer = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runProcess([process.execPath, main, ...args], { env });

describe('the client', () => {
  it('runs all cases against the server, and says so', async () => {
    await using server = await startServiceProcess(main, { INTEROP_PORT: '0' });
    const { code, stdout, stderr } = await runClient('--address', server.target);
    expect(stdout.split('\n')).toEqual([...[...cases.keys()].map((name) => `✓ ${name}`), '']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('takes the flags of the official clients', async () => {
    await using server = await startServiceProcess(main, { INTEROP_PORT: '0' });
    const flags = [
      '--server_host=127.0.0.1',
      `--server_port=${server.port}`,
      '--use_tls=false',
      '--test_case=ping_pong',
    ];
    expect(await runClient(...flags)).toEqual({ code: 0, stdout: '✓ ping_pong\n', stderr: '' });
  });

  it('ends with the last call of a soak', async () => {
    await using server = await startServiceProcess(main, { INTEROP_PORT: '0' });
    const flags = ['--soak_iterations=1', '--soak_min_time_ms_between_rpcs=60000'];
    const result = await runClient('--address', server.target, '--case', 'rpc_soak', ...flags);
    expect(result).toEqual({ code: 0, stdout: '✓ rpc_soak\n', stderr: '' });
  });

  it('ends with 1 where a case fails, after the others', async () => {
    const { code, stdout } = await runClient('--address', 'localhost:1', '--case', 'empty_unary,unimplemented_method');
    expect(stdout).toMatch(/^✗ empty_unary: .*UNAVAILABLE.*\n✗ unimplemented_method: .*UNAVAILABLE.*\n$/);
    expect(code).toBe(1);
  });

  it('ends with 2 for a command line that makes no sense', async () => {
    const { code, stderr } = await runClient('--case', 'pingpong');
    expect(stderr).toMatch(
      /^there is no case "pingpong"; there are: empty_unary .*\nTry: pnpm interop:client --help\n$/,
    );
    expect(code).toBe(2);
  });

  it('ends quietly when nobody reads on', async () => {
    await using server = await startServiceProcess(main, { INTEROP_PORT: '0' });
    // The parentheses keep the exit code of the client: that of a pipe is head's.
    const line = `("${process.execPath}" "${client}" --address ${server.target}; echo "exit $?" >&2) | head -1`;
    const { stdout, stderr } = await runProcess(['sh', '-c', line]);
    expect({ stdout, stderr }).toEqual({ stdout: '✓ empty_unary\n', stderr: 'exit 0\n' });
  });

  it.skipIf(!existsSync('/dev/full'))('says in one line that the disk is full', async () => {
    const { code, stderr } = await runProcess(['sh', '-c', `"${process.execPath}" "${client}" --help > /dev/full`]);
    expect(stderr).toMatch(/^the output cannot be written: ENOSPC: .*\n$/);
    expect(code).toBe(1);
  });

  it('describes itself', async () => {
    const { code, stdout } = await runClient('--help');
    expect(stdout).toContain('Usage: pnpm interop:client');
    for (const name of cases.keys()) expect(stdout).toContain(name);
    expect(code).toBe(0);
  });
});

describe('the server', () => {
  it('ends with 2 for a command line that makes no sense', async () => {
    const stderr = '--port "many" is no whole number from 0 to 65535\nTry: pnpm interop:server --help\n';
    expect(await runServer(['--port', 'many'])).toMatchObject({ code: 2, stdout: '', stderr });
  });

  it('ends with 1 for a setting that makes no sense', async () => {
    const stderr = 'INTEROP_PORT="many": must be a port number from 0 to 65535\n';
    expect(await runServer([], { INTEROP_PORT: 'many' })).toMatchObject({ code: 1, stdout: '', stderr });
  });

  it('takes the port of the command line before that of the environment', async () => {
    await using child = startProcess([process.execPath, main, '--port=0'], { env: { INTEROP_PORT: '1' } });
    await until(() => child.stdout.includes('listening'));
    expect(child.stdout).not.toContain('"port":1,');
  });

  it.each(['--help', '-h'])('describes itself: %s', async (flag) => {
    const { code, stdout } = await runServer([flag]);
    expect(stdout).toContain('Usage: pnpm interop:server');
    expect(code).toBe(0);
  });
});
