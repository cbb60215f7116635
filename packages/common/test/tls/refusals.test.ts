import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ServerTls } from '../../src/index.js';
import { until, type TestServer } from '../../src/testing/index.js';
import { createCa } from '../support/certificates.js';
import { callOnce, readRefusals, startAnswering } from '../support/tls-calls.js';

const ca = await createCa();
const otherCa = await createCa('Another test CA');
const localhost = await ca.issue();
const ann = await ca.issue({ commonName: 'ann' });
const known = { ca: ca.cert };
const mutual: ServerTls = { ...localhost, clientCa: ca.cert };

/** A handshake of Node, as a client that is no client of gRPC; the connection is closed when it stands. */
async function shakeHands({ port }: TestServer, options: ConnectionOptions): Promise<void> {
  const socket = connect({ host: 'localhost', port, ...known, ALPNProtocols: ['h2'], ...options });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).once('secureConnect', () => socket.end());
  await closed;
}

async function openTcp({ port }: TestServer): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

interface Refusal {
  readonly name: string;
  readonly tls?: ServerTls;
  readonly connect: (server: TestServer) => Promise<unknown>;
  readonly reason: string;
}

const refusals: readonly Refusal[] = [
  {
    name: 'a plaintext client',
    connect: ({ target }) => callOnce(target),
    reason: 'the client speaks plaintext',
  },
  {
    name: 'HTTP/1.1 without TLS',
    async connect(server) {
      const socket = await openTcp(server);
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await once(socket.resume(), 'close');
    },
    reason: 'the client speaks plaintext',
  },
  {
    name: 'a client without a certificate',
    tls: mutual,
    connect: ({ target }) => callOnce(target, { tls: known }),
    reason: 'the client has no certificate',
  },
  {
    name: 'a client with an expired certificate',
    tls: mutual,
    connect: async ({ target }) => callOnce(target, { tls: { ...known, ...(await ca.issue({ days: -1 })) } }),
    reason: "the client's certificate has expired",
  },
  {
    name: 'a client with the certificate of another CA',
    tls: mutual,
    connect: async ({ target }) => callOnce(target, { tls: { ...known, ...(await otherCa.issue()) } }),
    reason: "the client's certificate is signed by an unknown CA",
  },
  {
    name: 'a client whose certificate is not valid yet',
    tls: mutual,
    connect: async ({ target }) =>
      callOnce(target, { tls: { ...known, ...(await ca.issue({ fromDay: 1, days: 2 })) } }),
    reason: "the client's certificate is not valid yet",
  },
  {
    name: 'a client that does not trust the certificate, and hangs up',
    connect: ({ target }) => callOnce(target, { tls: { ca: otherCa.cert } }),
    reason: 'the client left in the handshake: most likely it does not trust this certificate',
  },
  {
    name: 'the same with TLS 1.2',
    connect: (server) => shakeHands(server, { ca: otherCa.cert, maxVersion: 'TLSv1.2' }),
    reason: 'the client left in the handshake: most likely it does not trust this certificate',
  },
  {
    name: 'TLS 1.1',
    connect: (server) =>
      shakeHands(server, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    reason: 'the client speaks no TLS from 1.2 on',
  },
  {
    name: 'HTTP/1.1 over TLS',
    connect: (server) => shakeHands(server, { ALPNProtocols: ['http/1.1'] }),
    reason: 'the client does not speak HTTP/2',
  },
  {
    name: 'TLS without a word of HTTP/2',
    connect: (server) => shakeHands(server, { ALPNProtocols: [] }),
    reason: 'the client does not speak HTTP/2',
  },
];

describe('a server with TLS refuses', () => {
  it.each(refusals)('$name, and says so once in the log', async ({ tls = localhost, connect: come, reason }) => {
    await using server = await startAnswering({ tls });
    await come(server);
    await until(() => readRefusals(server).length > 0);
    expect(readRefusals(server)).toEqual([reason]);
    const [refusal] = server.logs.filter(({ msg }) => msg === 'connection refused');
    expect(refusal).toMatchObject({ level: 'warn', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string });
    const isGood = { tls: { ...known, ...ann } };
    expect(await callOnce(server.target, isGood)).toBe('secured');
  });

  it('the same client again and again, without a line for each time', async () => {
    await using server = await startAnswering({ tls: localhost });
    for (let count = 0; count < 20; count += 1) await callOnce(server.target);
    expect(readRefusals(server)).toEqual(['the client speaks plaintext']);
  });
});

it('does not warn of connections that close without a byte', async () => {
  await using server = await startAnswering({ tls: localhost, config: { logLevel: 'debug' } });
  (await openTcp(server)).end();
  (await openTcp(server)).resetAndDestroy();
  const silent = (): unknown[] => server.logs.filter(({ msg }) => msg === 'a connection closed without a byte');
  await until(() => silent().length === 2);
  expect(silent()).toMatchObject([{ level: 'debug' }, { level: 'debug' }]);
  expect(readRefusals(server)).toEqual([]);
});

it('says of TLS 1.2 clients that it takes them', async () => {
  await using server = await startAnswering({ tls: localhost });
  const socket = connect({
    host: 'localhost',
    port: server.port,
    ...known,
    ALPNProtocols: ['h2'],
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.2', 'h2']);
  socket.destroy();
});
