import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  createPlainClient,
  startServiceProcess,
  until,
  type PlainClient,
  type ServiceProcess,
} from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const GRACE_MS = 2_000;
const start = () =>
  startServiceProcess(main, { SQRT_PORT: '0', SQRT_METRICS_PORT: '0', SHUTDOWN_GRACE: `${GRACE_MS}ms` });
const connectSqrt = (target: string) =>
  createPlainClient('stream/sqrt.proto', 'stream.BidirectionalStreamServer', target);
const connectHealth = (target: string) =>
  createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', target);

/** Opens a stream; its status and everything that it receives can be read at any time. */
function open(client: PlainClient, method: string) {
  const call = client.open(method);
  const responses: unknown[] = [];
  let status: { code: number; details: string } | undefined;
  call.on('data', (response) => responses.push(response));
  call.on('status', (received) => (status = received));
  call.on('error', () => undefined); // the status says the same
  return { call, responses, status: () => status };
}

const isDraining = ({ logs }: ServiceProcess): boolean => logs.some(({ msg }) => msg === 'draining');
/** How long the drain took, by the service's own clock. */
function toDrainMs({ logs }: ServiceProcess): number {
  const timeOf = (msg: string): number => Date.parse(String(logs.find((line) => line['msg'] === msg)?.['time']));
  return timeOf('stopped') - timeOf('draining');
}

const toReady = async ({ metricsUrl }: ServiceProcess) => (await fetch(`${metricsUrl}/readyz`)).status;

describe('a drain', { timeout: 30_000 }, () => {
  it('gives each of 100 open streams a status, and ends with 0 within the grace period', async () => {
    await using service = await start();
    const clients = Array.from({ length: 10 }, () => connectSqrt(service.target));
    const streams = Array.from({ length: 100 }, (_, index) => open(clients[index % 10] as PlainClient, 'Sqrt'));
    // Every other one has sent something; the rest have sent nothing yet.
    const talking = streams.filter((_, index) => index % 20 < 10);
    for (const { call } of talking) call.write({ number: 9 });
    await until(() => talking.every(({ responses }) => responses.length === 1));
    await until(async () => (await service.countOpenCalls('Sqrt')) === 100);

    service.kill('SIGTERM');
    // A second signal, of any kind, changes nothing: task runners send several.
    await until(() => isDraining(service));
    service.kill('SIGTERM');
    service.kill('SIGINT');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(toDrainMs(service)).toBeLessThanOrEqual(GRACE_MS);

    await until(() => streams.every(({ status }) => status() !== undefined));
    const unavailable = { code: 14, details: 'the server is shutting down' };
    for (const { status } of streams) expect(status()).toMatchObject(unavailable);
    expect(service.logs.filter(({ msg }) => msg === 'call')).toHaveLength(100);
    expect(service.stderr).toBe('');
    for (const client of clients) client.close();
  });

  it('lets a stream come to its end, and then does not wait for the grace period', async () => {
    await using service = await start();
    await using client = connectSqrt(service.target);
    const { call, responses, status } = open(client, 'Sqrt');
    call.write({ number: 9 });
    await until(() => responses.length === 1);
    service.kill('SIGTERM');
    await until(() => isDraining(service));
    call.write({ number: 16 });
    call.end({ number: 25 });
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(toDrainMs(service)).toBeLessThan(GRACE_MS / 2);
    await until(() => status() !== undefined);
    expect(status()).toMatchObject({ code: 0 });
    expect(responses).toEqual([{ sqrt: 3 }, { sqrt: 4 }, { sqrt: 5 }]);
  });

  it('is said to those who watch health before their stream is ended', async () => {
    await using service = await start();
    await using client = connectHealth(service.target);
    const watches = ['', 'stream.BidirectionalStreamServer', 'nobody'].map((name) => {
      const watch = open(client, 'Watch');
      watch.call.end({ service: name });
      return watch;
    });
    await until(() => watches.every(({ responses }) => responses.length === 1));
    service.kill('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    await until(() => watches.every(({ status }) => status() !== undefined));
    expect(watches.map(({ responses }) => responses)).toEqual([
      [{ status: 'SERVING' }, { status: 'NOT_SERVING' }],
      [{ status: 'SERVING' }, { status: 'NOT_SERVING' }],
      [{ status: 'SERVICE_UNKNOWN' }],
    ]);
    for (const { status } of watches) expect(status()).toMatchObject({ code: 14 });
  });

  it('says so at /readyz, stays healthy, and refuses new calls and new connections', async () => {
    await using service = await start();
    await using client = connectSqrt(service.target);
    const { call, responses, status } = open(client, 'Sqrt');
    call.write({ number: 9 });
    await until(() => responses.length === 1);
    expect(await toReady(service)).toBe(200);
    service.kill('SIGINT');
    await until(async () => (await toReady(service)) === 503);
    expect((await fetch(`${service.metricsUrl}/healthz`)).status).toBe(200);
    expect(await client.call('Sqrt', [{ number: 4 }])).toMatchObject({ code: 'UNAVAILABLE', responses: [] });
    await using other = connectSqrt(service.target);
    expect(await other.call('Sqrt', [{ number: 4 }])).toMatchObject({ code: 'UNAVAILABLE', responses: [] });
    await expect(once(connect(service.port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    // The open stream goes on all the while.
    call.write({ number: 16 });
    await until(() => responses.length === 2);
    expect(status()).toBeUndefined();
    call.end();
    expect(await service.ended).toEqual({ code: 0, signal: null });
  });
});
