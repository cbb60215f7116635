import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createClient, defineService, StartError } from '../../src/index.js';
import { gate, startService, until } from '../../src/testing/index.js';
import { createCa } from '../support/certificates.js';
import { FourKinds } from '../support/four-kinds.js';
import { callOnce, readRefusals, startAnswering } from '../support/tls-calls.js';
import { createWaitingHandlers } from '../support/waiting-handlers.js';

const ca = await createCa();
const tls = await ca.issue();
const known = { tls: { ca: ca.cert } };

async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** The first bytes of a handshake that never goes on. */
const BEGINNING = Buffer.from('160301020001', 'hex');

describe('a client that does not finish its handshake', () => {
  it('holds nobody up', async () => {
    await using server = await startAnswering({ tls });
    const slow = await Promise.all(Array.from({ length: 50 }, () => openTcp(server.port)));
    for (const socket of slow) socket.write(BEGINNING);
    expect(await callOnce(server.target, known)).toBe('secured');
    for (const socket of slow) socket.destroy();
  });

  it('does not hold up a stop, and is no warning then', async () => {
    const server = await startAnswering({ tls, config: { shutdownGrace: 60_000 } });
    const [silent, slow] = [await openTcp(server.port), await openTcp(server.port)];
    slow.write(BEGINNING);
    expect(await callOnce(server.target, known)).toBe('secured');
    const closed = Promise.all([once(silent, 'close'), once(slow, 'close')]);
    await server.stop();
    await closed;
    expect(readRefusals(server)).toEqual([]);
  });
});

describe('a stop', () => {
  it('lets open calls end, and takes no new connection meanwhile', async () => {
    const end = gate();
    const none = (): never => {
      throw new Error('not called');
    };
    const service = defineService(FourKinds, {
      unary: none,
      client: none,
      bidi: none,
      async *server() {
        yield { text: 'first' };
        await end;
        yield { text: 'last' };
      },
    });
    const server = await startService([service], { tls, config: { shutdownGrace: 60_000 } });
    const client = createClient(FourKinds, server.target, known);
    const responses = client.server({ text: '' });
    expect((await responses.next()).value).toEqual({ text: 'first' });
    const stopped = server.stop();
    await until(async () => (await callOnce(server.target, known)).includes('nothing listens'));
    end.open();
    expect((await responses.next()).value).toEqual({ text: 'last' });
    expect((await responses.next()).done).toBe(true);
    await stopped;
    client.$close();
  });

  it('ends what is open at the end of its time with a status', async () => {
    const { handlers, started } = createWaitingHandlers();
    const server = await startService([defineService(FourKinds, handlers)], { tls, config: { shutdownGrace: 300 } });
    const client = createClient(FourKinds, server.target, known);
    const responses = client.server({ text: '' });
    await responses.next();
    await started;
    await server.stop();
    await expect(responses.next()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      statusMessage: 'the server is shutting down',
    });
    client.$close();
  });

  it('closes connections that nobody uses', async () => {
    const server = await startAnswering({ tls });
    const client = createClient(FourKinds, server.target, known);
    await client.$waitForReady();
    await server.stop();
    await expect(client.unary({ text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    client.$close();
  });
});

describe('a port', () => {
  it('is one for both addresses of localhost', async () => {
    await using server = await startAnswering({ tls, config: { host: 'localhost' } });
    expect(await callOnce(`127.0.0.1:${server.port}`, known)).toBe('secured');
    // Node 22.23 takes an IPv6 address for a name, and finds it in no certificate.
    const named = { tls: { ...known.tls, serverName: 'localhost' } };
    expect(await callOnce(`[::1]:${server.port}`, named)).toBe('secured');
  });

  it.each(['127.0.0.1', 'localhost'])('that is in use stops the start on %s', async (host) => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const start = startAnswering({ tls, config: { host, port } });
    await expect(start).rejects.toThrow(
      new StartError(`cannot listen on 127.0.0.1:${port} (TEST_PORT): the port is in use`),
    );
    other.close();
  });

  it('of an address that this machine does not have stops the start', async () => {
    const start = startAnswering({ tls, config: { host: '203.0.113.1' } });
    await expect(start).rejects.toThrow('the address is not one of this machine');
  });
});
