import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startProcess, startServiceProcess, type ProcessOptions } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { listServices, rootFolder } from '../src/list-services.js';
import { processEnvironment } from './process-environment.js';

const services = listServices()
  .map(({ name }) => name)
  .join(' ');
const pow = join(rootFolder, 'services/pow/dist/main.js');
const portZero = { POW_PORT: '0', POW_METRICS_PORT: 'off' };

/** `pnpm client …`, as the script of the root package runs it. */
async function runClient(args: readonly string[], options: ProcessOptions = {}) {
  const client = startProcess([join(rootFolder, 'scripts/client'), ...args], { ...options, env: processEnvironment() });
  const end = await client.ended;
  return { ...end, stdout: client.stdout, stderr: client.stderr };
}

describe('pnpm client', () => {
  it('runs the client of a service with all its arguments, a negative number too', async () => {
    await using service = await startServiceProcess(pow, portZero);
    for (const args of [
      ['pow', '--target', service.target, '-2'],
      ['pow', '--target', service.target, '--', '-2'],
      ['--', 'pow', '-2', '--target', service.target],
    ]) {
      const { code, stdout, stderr } = await runClient(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toBe('1\n-2\n4\n-8\n16\n-32\n64\n-128\n256\n-512\nserver closed\n');
    }
  });

  it('passes the exit code of the client on', async () => {
    expect(await runClient(['pow', 'two'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('two') as string,
    });
  });

  it('passes stdin on', async () => {
    const { code, stderr } = await runClient(['sum', '--target', 'localhost:1'], { input: '1\nx\n' });
    expect(code).toBe(2);
    expect(stderr).toContain('"x"');
  });

  it('is the client, for signals', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection');
    const command = [join(rootFolder, 'scripts/client'), 'pow', '--target', `127.0.0.1:${port}`] as const;
    await using client = startProcess(command, { env: processEnvironment() });
    await connected;
    client.kill('SIGINT');
    expect(await client.ended).toEqual({ code: 130, signal: null });
    silent.close();
  });

  it('lists the services in one line where none or an unknown one is named', async () => {
    const oneLine = (text: string): unknown => expect.stringMatching(new RegExp(`^client: .*${text}.*\n$`));
    expect(await runClient([])).toMatchObject({ code: 2, stdout: '', stderr: oneLine(services) });
    for (const name of ['powder', '../services/pow', 'hello pow', '*', '-2']) {
      expect(await runClient([name, '2'])).toMatchObject({ code: 2, stdout: '', stderr: oneLine(services) });
    }
    expect(await runClient(['powder'])).toMatchObject({ stderr: oneLine('powder') });
  });

  it('says with --help how it is used, and with --help behind a service what that takes', async () => {
    expect(await runClient(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining(services) as string });
    expect(await runClient(['pow', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: pnpm client pow [number]') as string,
    });
  });
});
