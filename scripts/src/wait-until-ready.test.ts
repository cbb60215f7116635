import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceFolder } from './list-services.js';
import { waitUntilReady } from './wait-until-ready.js';

let folder: string;
let service: ServiceFolder;
let server: Server;
let port: number;
let ready: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamworks-wait-'));
  service = { name: 'echo', folder };
  ready = true;
  server = createServer(({ url }, response) => response.writeHead(url === '/readyz' && ready ? 200 : 503).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Builds a service whose ports are these; metrics on `ECHO_METRICS_PORT` where the environment has that. */
function build(config: { readonly port: number; readonly metricsPort: number | 'off' }): void {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const code = `export const readConfig = (env) => ({
    host: 'localhost', ...${JSON.stringify(config)}, ...(env.ECHO_METRICS_PORT && { metricsPort: +env.ECHO_METRICS_PORT }),
  });`;
  writeFileSync(join(folder, 'dist/config.js'), code);
}

const wait = async (limitMs: number, environment = {}) =>
  (await waitUntilReady([service], { environment, limitMs })).get('echo');

describe('waitUntilReady', () => {
  it('waits until /readyz says so', async () => {
    build({ port: 1, metricsPort: port });
    ready = false;
    const waiting = wait(30_000);
    server.once('request', () => (ready = true));
    expect(await waiting).toMatchObject({ metricsPort: port });
  });

  it('asks where the environment has put it', async () => {
    build({ port: 1, metricsPort: 1 });
    expect(await wait(30_000, { ECHO_METRICS_PORT: String(port) })).toMatchObject({ metricsPort: port });
  });

  it('waits until a service is built', async () => {
    const waiting = wait(30_000);
    build({ port: 1, metricsPort: port });
    expect(await waiting).toMatchObject({ metricsPort: port });
  });

  it('takes an open port for ready where there is no /readyz', async () => {
    build({ port, metricsPort: 'off' });
    expect(await wait(30_000)).toMatchObject({ port });
  });

  it('does not wait for a port that nobody can know', async () => {
    build({ port: 0, metricsPort: 0 });
    expect(await wait(30_000)).toMatchObject({ port: 0 });
  });

  it('gives up a service that does not come', async () => {
    build({ port: 1, metricsPort: port });
    ready = false;
    expect(await wait(0)).toBeUndefined();
  });
});
