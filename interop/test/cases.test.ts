import { Metadata } from '@streamworks/common';
import { createPlainClient, until, type TestServer } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../src/cases.js';
import { echoedInHeader, echoedInTrailer } from '../src/echo.js';
import { createPeer } from '../src/peer.js';
import { runCase } from '../src/run-case.js';
import { startTestServer } from '../src/start-test-server.js';

const ways = [
  { server: 'straight to HTTP/2', client: 'straight to HTTP/2', serverIsDirect: true, clientIsDirect: true },
  { server: 'straight to HTTP/2', client: 'through grpc-js', serverIsDirect: true, clientIsDirect: false },
  { server: 'through grpc-js', client: 'straight to HTTP/2', serverIsDirect: false, clientIsDirect: true },
  { server: 'through grpc-js', client: 'through grpc-js', serverIsDirect: false, clientIsDirect: false },
];

describe.each(ways)('our server $server and our client $client', ({ serverIsDirect, clientIsDirect }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ directHttp2: serverIsDirect });
  });
  afterAll(() => server.stop());

  it.each([...cases.keys()])('pass %s', async (name) => {
    expect(await runCase(name, server.target, { directHttp2: clientIsDirect })).toBeUndefined();
  });

  it.each(['rpc_soak', 'channel_soak'])('pass %s with several workers', async (name) => {
    const soak = { iterations: 50, workers: 5, maxLatencyMs: 10_000 };
    expect(await runCase(name, server.target, { directHttp2: clientIsDirect, soak })).toBeUndefined();
  });
});

describe.each([true, false])('our server, straight to HTTP/2: %s', (directHttp2) => {
  // The client of a case that cancels is content with its own status: these look at the other end of the call.
  it.each([
    ['cancel_after_begin', '/grpc.testing.TestService/StreamingInputCall', 0],
    ['cancel_after_first_response', '/grpc.testing.TestService/FullDuplexCall', 1],
  ])('sees the cancel of %s as one', async (name, method, received) => {
    await using server = await startTestServer({ directHttp2 });
    expect(await runCase(name, server.target, { directHttp2 })).toBeUndefined();
    const findCall = () => server.logs.find(({ msg }) => msg === 'call');
    await until(() => findCall() !== undefined);
    expect(findCall()).toMatchObject({ method, code: 'CANCELLED', received });
  });

  it('echoes metadata in every kind of call, for a client that shares no code with us', async () => {
    await using server = await startTestServer({ directHttp2 });
    await using client = createPlainClient('grpc/testing/test.proto', 'grpc.testing.TestService', server.target);
    const metadata = new Metadata();
    metadata.set(echoedInHeader, 'text');
    metadata.set(echoedInTrailer, Buffer.from([0, 255, 10]));
    for (const method of ['EmptyCall', 'StreamingOutputCall', 'StreamingInputCall', 'FullDuplexCall']) {
      const { code, header, trailer } = await client.call(method, [{}], metadata);
      expect([method, code]).toEqual([method, 'OK']);
      expect(header?.get(echoedInHeader)).toEqual(['text']);
      expect(trailer.get(echoedInTrailer)).toEqual([Buffer.from([0, 255, 10])]);
    }
  });
});

describe('a peer', () => {
  it('reaches one server with all its calls', async () => {
    await using server = await startTestServer({ directHttp2: true });
    const { tests, close } = createPeer(server.target);
    const calls = Array.from({ length: 100 }, () => tests.unaryCall({ fillServerId: true }));
    const ids = (await Promise.all(calls)).map(({ serverId }) => serverId);
    expect(new Set(ids)).toEqual(new Set(['test']));
    close();
  });
});
