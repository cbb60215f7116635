import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPlainClient, runProcess, startProcess, startServiceProcess, until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const ANY_PORTS = { POW_PORT: '0', POW_METRICS_PORT: '0' };
const start = (env: Readonly<Record<string, string>> = {}) => startServiceProcess(main, { ...ANY_PORTS, ...env });
const connectPow = (target: string) => createPlainClient('stream/pow.proto', 'stream.ServerStream', target);

/** Runs a process that is expected to end by itself. */
const run = (env: Readonly<Record<string, string>>) =>
  runProcess([process.execPath, main], { env: { ...ANY_PORTS, ...env } });

describe('a start', { timeout: 30_000 }, () => {
  it('that cannot have a port ends with one line and exit code 1', async () => {
    await using first = await start();
    const metricsPort = new URL(first.metricsUrl ?? '').port;
    for (const [variable, port] of [
      ['POW_PORT', first.port],
      ['POW_METRICS_PORT', metricsPort],
    ]) {
      expect(await run({ [`${variable}`]: `${port}` })).toEqual({
        code: 1,
        signal: null,
        stdout: '',
        stderr: expect.stringMatching(`^[^\n]*127\\.0\\.0\\.1:${port}[^\n]*the port is in use[^\n]*\n$`),
      });
    }
  });

  it('with a bad setting ends with one line that says what is allowed, and exit code 1', async () => {
    expect(await run({ SHUTDOWN_GRACE: 'soon' })).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'SHUTDOWN_GRACE="soon": must be a duration such as 10s or 500ms\n',
    });
  });

  it('that is told to stop in its middle ends without a word on stderr', async () => {
    const began = performance.now();
    await using measured = await start();
    const duration = performance.now() - began;
    measured.kill('SIGTERM');
    // Until the process can take a signal it dies of it, like any other; from then on it ends with 0.
    for (const share of [0.5, 0.9, 1]) {
      await using child = startProcess([process.execPath, main], { env: ANY_PORTS });
      await wait(duration * share);
      child.kill('SIGTERM');
      expect([
        { code: 0, signal: null },
        { code: null, signal: 'SIGTERM' },
      ]).toContainEqual(await child.ended);
      expect(child.stderr).toBe('');
    }
  });
});

describe('a service process', { timeout: 30_000 }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 at %s', async (signal) => {
    await using service = await start({ POW_METRICS_PORT: 'off' });
    expect(service.metricsUrl).toBeUndefined();
    service.kill(signal);
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(service.logs.map(({ msg }) => msg)).toEqual(['listening', 'draining', 'stopped']);
    expect(service.stderr).toBe('');
  });

  it('logs one JSON line for each call, and counts it in /metrics', async () => {
    await using service = await start();
    await using client = connectPow(service.target);
    await client.call('Pow', [{ number: '2' }]);
    await client.call('Pow', [{ number: '1000' }]);
    await until(() => service.logs.length === 3);
    const common = {
      level: 'info',
      service: 'pow',
      msg: 'call',
      method: '/stream.ServerStream/Pow',
      kind: 'server_stream',
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      durationMs: expect.any(Number),
      received: 1,
    };
    expect(service.logs.slice(1)).toMatchObject([
      { ...common, code: 'OK', sent: 10 },
      { ...common, code: 'OUT_OF_RANGE', status: expect.stringContaining('number: 1000000000000000000000'), sent: 7 },
    ]);
    const labels = 'grpc_type="server_stream",grpc_service="stream.ServerStream",grpc_method="Pow"';
    const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text();
    expect(metrics.split('\n')).toEqual(
      expect.arrayContaining([
        `grpc_server_started_total{${labels}} 2`,
        `grpc_server_handled_total{${labels},grpc_code="OK"} 1`,
        `grpc_server_handled_total{${labels},grpc_code="OUT_OF_RANGE"} 1`,
        `grpc_server_msg_received_total{${labels}} 2`,
        `grpc_server_msg_sent_total{${labels}} 17`,
        `grpc_server_open_calls{${labels}} 0`,
        `grpc_server_handling_seconds_count{${labels}} 2`,
      ]),
    );
    expect(metrics).toContain('process_resident_memory_bytes');
  });

  it('logs one line for people with LOG_FORMAT=pretty', async () => {
    await using service = startProcess([process.execPath, main], { env: { ...ANY_PORTS, LOG_FORMAT: 'pretty' } });
    const listening = /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening \{.*"port":(\d+)/;
    await until(() => listening.test(service.stdout));
    await using client = connectPow(`127.0.0.1:${listening.exec(service.stdout)?.[1]}`);
    await client.call('Pow', [{ number: '2' }]);
    await until(() => service.stdout.includes('Pow'));
    expect(service.stdout.split('\n')[1]).toMatch(
      /INFO: \/stream\.ServerStream\/Pow OK in \d+(\.\d+)? ms, 1 in, 10 out, from 127\.0\.0\.1:\d+$/,
    );
  });

  it('listens on 127.0.0.1 and on ::1 and nowhere else, and is well', async () => {
    await using service = await start({ HOST: 'localhost' });
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address } of addresses.filter(({ scopeid }) => !scopeid)) {
      const isLoopback = address === '127.0.0.1' || address === '::1';
      expect([address, await isOpen(address, service.port)]).toEqual([address, isLoopback]);
    }
    expect(service.logs.filter(({ level }) => level === 'warn')).toEqual([]);
    const toStatus = async (path: string, init?: RequestInit) =>
      (await fetch(`${service.metricsUrl}${path}`, init)).status;
    expect(await toStatus('/healthz')).toBe(200);
    expect(await toStatus('/readyz')).toBe(200);
    expect(await toStatus('/')).toBe(404);
    expect(await toStatus('/metrics', { method: 'POST' })).toBe(405);
  });

  it('warns once where it can be reached from other machines, and has no reflection in production', async () => {
    await using service = await start({ HOST: '0.0.0.0', NODE_ENV: 'production' });
    expect(service.logs.filter(({ level }) => level === 'warn')).toMatchObject([{ host: '0.0.0.0' }]);
    const name = 'grpc.reflection.v1.ServerReflection';
    await using client = createPlainClient('grpc/reflection/v1/reflection.proto', name, service.target);
    const outcome = await client.call('ServerReflectionInfo', [{ listServices: '' }]);
    expect(outcome).toMatchObject({ code: 'UNIMPLEMENTED' });
  });
});

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
