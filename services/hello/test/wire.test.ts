import { createClient, defineService, Metadata } from '@streamworks/common';
import { createPlainClient, startService } from '@streamworks/common/testing';
import { SayHello } from '@streamworks/proto/hello';
import { describe, expect, it } from 'vitest';
import { createHandlers } from '../src/handlers.js';

const start = () => startService([defineService(SayHello, createHandlers())]);
const connect = (target: string) => createPlainClient('hello.proto', 'SayHello', target);
const withRequestId = (id: string): Metadata => {
  const metadata = new Metadata();
  metadata.set('x-request-id', id);
  return metadata;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('our client', () => {
  it('gets the greeting, the header and the trailer', async () => {
    await using server = await start();
    const client = createClient(SayHello, server.target);
    const seen: unknown[] = [];
    const response = await client.hello(
      { name: 'Ada' },
      {
        metadata: withRequestId('r-1'),
        onHeader: (header) => seen.push(header.get('x-request-id')),
        onTrailer: (trailer) => seen.push(trailer.get('x-duration-ms')),
      },
    );
    expect(response).toEqual({ msg: 'hello world! Ada' });
    expect(seen).toEqual([['r-1'], [expect.stringMatching(/^\d+\.\d+$/)]]);
    client.$close();
  });

  it('gets the detail that names the field', async () => {
    await using server = await start();
    const client = createClient(SayHello, server.target);
    await expect(client.hello({ name: 'a'.repeat(129) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      statusMessage: 'name: is longer than 128 bytes',
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'name' }] } }],
    });
    client.$close();
  });
});

describe('a client that shares no code with us', () => {
  it.each(['Ada', '', 'Jürgen 💥', 'a'.repeat(128), '💥'.repeat(32)])('greets %j', async (name) => {
    await using server = await start();
    await using client = connect(server.target);
    expect(await client.call('Hello', [{ name }])).toMatchObject({
      code: 'OK',
      responses: [{ msg: `hello world! ${name}` }],
    });
  });

  it.each(['a'.repeat(129), `${'💥'.repeat(32)}a`])('gets INVALID_ARGUMENT for a name of 129 bytes', async (name) => {
    await using server = await start();
    await using client = connect(server.target);
    const description = 'is longer than 128 bytes';
    expect(await client.call('Hello', [{ name }])).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `name: ${description}`,
      responses: [],
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'name', description }] } }],
    });
  });

  it('gets its own request id back, and finds it in the log', async () => {
    await using server = await start();
    await using client = connect(server.target);
    const id = `~${'r'.repeat(126)}!`;
    const { header, trailer } = await client.call('Hello', [{ name: 'Ada' }], withRequestId(id));
    expect(header?.get('x-request-id')).toEqual([id]);
    expect(trailer.get('x-duration-ms')).toEqual([expect.stringMatching(/^\d+\.\d+$/)]);
    expect(server.logs.filter(({ msg }) => msg === 'call')).toMatchObject([{ requestId: id, kind: 'unary' }]);
  });

  it.each([
    ['none', undefined],
    ['one with a blank', 'a b'],
    ['an empty one', ''],
    ['one of 129 characters', 'r'.repeat(129)],
  ])('gets a new request id where it sends %s', async (_case, id) => {
    await using server = await start();
    await using client = connect(server.target);
    const metadata = id === undefined ? new Metadata() : withRequestId(id);
    const calls = [await client.call('Hello', [{}], metadata), await client.call('Hello', [{}], metadata)];
    const ids = calls.map(({ header }) => header?.get('x-request-id')[0]);
    expect(ids).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('gets the request id of a call that fails, too', async () => {
    await using server = await start();
    await using client = connect(server.target);
    const { trailer } = await client.call('Hello', [{ name: 'a'.repeat(129) }], withRequestId('r-2'));
    expect(trailer.get('x-request-id')).toEqual(['r-2']);
  });

  it.each([
    ['a field that ends early', [0x0a, 5, 0x41]],
    ['a length without its field', [0x0a]],
    ['a name that is not UTF-8', [0x0a, 2, 0xc3, 0x28]],
    ['a name of the wrong type', [0x08, 1]],
  ])('gets INTERNAL for %s', async (_case, bytes) => {
    await using server = await start();
    await using client = connect(server.target);
    expect(await client.callRaw('Hello', [Buffer.from(bytes)])).toMatchObject({
      code: 'INTERNAL',
      message: 'the request is no whole message',
      responses: [],
    });
  });

  it('may send fields that are not known yet', async () => {
    await using server = await start();
    await using client = connect(server.target);
    const { code, responses } = await client.callRaw('Hello', [Buffer.from([0x0a, 1, 0x41, 0x78, 1])]);
    expect(code).toBe('OK');
    expect(String(responses[0])).toBe('\n\x0ehello world! A');
  });

  it('must send one request', async () => {
    await using server = await start();
    await using client = connect(server.target);
    expect(await client.callRaw('Hello', [])).toMatchObject({ code: 'UNIMPLEMENTED' });
    const request = Buffer.from([0x0a, 1, 0x41]);
    expect(await client.callRaw('Hello', [request, request])).toMatchObject({ code: 'UNIMPLEMENTED' });
  });

  it('finds health and reflection', async () => {
    await using server = await start();
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', server.target);
    for (const service of ['', 'SayHello']) {
      expect(await health.call('Check', [{ service }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    expect(await health.call('Check', [{ service: 'sayhello' }])).toMatchObject({ code: 'NOT_FOUND' });
    for (const version of ['v1', 'v1alpha']) {
      const name = `grpc.reflection.${version}.ServerReflection`;
      await using reflection = createPlainClient(`grpc/reflection/${version}/reflection.proto`, name, server.target);
      const { responses } = await reflection.call('ServerReflectionInfo', [{ listServices: '' }]);
      expect(responses[0].listServicesResponse.service).toContainEqual({ name: 'SayHello' });
    }
  });
});
