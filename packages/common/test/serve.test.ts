import { SayHello } from '@streamworks/proto/hello';
import { Health } from '@streamworks/proto/grpc/health/v1/health';
import { ServerReflection } from '@streamworks/proto/grpc/reflection/v1/reflection';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { describe, expect, it } from 'vitest';
import {
  CallError,
  createClient,
  defineService,
  Metadata,
  StatusError,
  type Context,
  type Handlers,
} from '../src/index.js';
import { collect, gate, startService, until } from '../src/testing/index.js';
import { createFourKinds } from './support/pairs.js';
import { FourKinds } from './support/four-kinds.js';

const hello = (handler: Handlers<typeof SayHello>['hello']) => defineService(SayHello, { hello: handler });

async function callError(promise: Promise<unknown>): Promise<CallError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe('a handler that throws', () => {
  it.each([
    [
      'synchronously',
      () => {
        throw new Error('2 secret password');
      },
    ],
    [
      'after a wait',
      async () => {
        await Promise.resolve();
        throw new Error('2 secret password');
      },
    ],
  ])('%s answers INTERNAL, says nothing, and logs the error once', async (_name, handler) => {
    await using server = await startService([hello(handler)]);
    const client = createClient(SayHello, server.target);
    const error = await callError(client.hello({ name: 'x' }));
    expect(error).toMatchObject({ code: 'INTERNAL', statusMessage: 'internal error', details: [] });
    const lines = server.logs.filter((line) => JSON.stringify(line).includes('secret'));
    expect(lines).toMatchObject([
      { msg: 'call', level: 'error', code: 'INTERNAL', err: { message: '2 secret password' } },
    ]);
    client.$close();
  });

  it('a StatusError sends its code, message and trailer', async () => {
    await using server = await startService([
      hello((_request, { responseTrailer }) => {
        responseTrailer.set('x-hint', 'later');
        throw new StatusError('UNAVAILABLE', 'größer 💥\n');
      }),
    ]);
    const client = createClient(SayHello, server.target);
    let hint: unknown;
    // UNAVAILABLE is tried again: Hello is idempotent.
    const error = await callError(client.hello({}, { onTrailer: (trailer) => ([hint] = trailer.get('x-hint')) }));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', statusMessage: 'größer 💥\n' });
    expect(hint).toBe('later');
    client.$close();
  });
});

describe('metadata', () => {
  it('goes both ways, binary keys included, and the request id is the caller’s', async () => {
    await using server = await startService([
      hello(({ name }, { metadata, responseHeader, responseTrailer, requestId }) => {
        responseHeader.set('x-header', String(metadata.get('x-asked')[0]));
        responseTrailer.set('x-bytes-bin', Buffer.from(metadata.get('x-asked-bin')[0] as Buffer).reverse());
        return { msg: `${name} ${requestId}` };
      }),
    ]);
    const client = createClient(SayHello, server.target);
    const metadata = new Metadata();
    metadata.set('x-asked', 'yes');
    metadata.set('x-asked-bin', Buffer.from([1, 2, 3]));
    metadata.set('x-request-id', 'abc');
    let header = new Metadata();
    let trailer = new Metadata();
    const onHeader = (value: Metadata): void => void (header = value);
    const onTrailer = (value: Metadata): void => void (trailer = value);
    expect(await client.hello({ name: 'n' }, { metadata, onHeader, onTrailer })).toEqual({ msg: 'n abc' });
    expect([header.get('x-header'), header.get('x-request-id')]).toEqual([['yes'], ['abc']]);
    expect(trailer.get('x-bytes-bin')).toEqual([Buffer.from([3, 2, 1])]);
    client.$close();
  });
});

describe.each([true, false])('what no response may carry, straight to HTTP/2 %s,', (directHttp2) => {
  const forbidden = ['connection', 'keep-alive', 'te', 'content-type', 'content-length', 'grpc-status'];

  it.each([
    ['OK', 'unary'],
    ['ABORTED', 'unary'],
    ['OK', 'server'],
    ['ABORTED', 'server'],
  ] as const)('is left out with an error in the log, and the rest is sent: %s, %s', async (code, kind) => {
    const spoil = ({ responseHeader, responseTrailer }: Context<any>): void => {
      for (const metadata of [responseHeader, responseTrailer]) {
        for (const key of forbidden) metadata.set(key, '7');
        for (const value of ['1', '2']) metadata.add('etag', value);
      }
      responseTrailer.set('x-good', 'yes');
      if (code !== 'OK') throw new StatusError(code, 'as it should be');
    };
    const service = createFourKinds({
      unary(note, context) {
        spoil(context);
        return note;
      },
      async *server(note, context) {
        spoil(context);
        yield note;
      },
    });
    await using server = await startService([service], { config: { directHttp2 } });
    const client = createClient(FourKinds, server.target);
    let trailer = new Metadata();
    const options = { onTrailer: (value: Metadata) => void (trailer = value) };
    const call = kind === 'unary' ? client.unary({}, options) : collect(client.server({}, options));
    if (code === 'OK') await call;
    else expect(await callError(call)).toMatchObject({ code });
    expect(trailer.get('x-good')).toEqual(['yes']);
    expect(trailer.get('etag')).toEqual(['1']);
    await until(() => server.logs.some(({ keys }) => Array.isArray(keys) && keys.includes('etag')));
    const logged = server.logs.flatMap(({ keys }) => (Array.isArray(keys) ? keys : []));
    expect(new Set(logged)).toEqual(new Set([...forbidden, 'etag']));
    client.$close();
  });
});

describe('serve', () => {
  const handlers = { hello: () => ({ msg: 'x' }) };

  it('serves a method at an alias path as well', async () => {
    await using server = await startService([hello(handlers.hello)], { aliases: { '/Old/Hello': '/SayHello/Hello' } });
    const contract = { ...SayHello, methods: { hello: { ...SayHello.methods.hello, path: '/Old/Hello' } } };
    const client = createClient(contract, server.target);
    expect(await client.hello({})).toEqual({ msg: 'x' });
    client.$close();
  });

  it('refuses to serve one path twice, and an alias of nothing', async () => {
    const service = defineService(SayHello, handlers);
    await expect(startService([service, service])).rejects.toThrow('/SayHello/Hello is served twice');
    await expect(startService([service], { aliases: { '/a/B': '/c/D' } })).rejects.toThrow('/c/D, which is not served');
  });

  it('refuses a contract whose handlers are not all there', () => {
    expect(() => defineService(SayHello, {} as Handlers<typeof SayHello>)).toThrow('SayHello has no handler for hello');
  });

  it('answers RESOURCE_EXHAUSTED for a message over the limit, in either direction', async () => {
    const config = { maxMessageBytes: 1000 };
    await using server = await startService([hello(({ name }) => ({ msg: name.repeat(100) }))], { config });
    const client = createClient(SayHello, server.target);
    expect(await callError(client.hello({ name: 'x'.repeat(1001) }))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(await callError(client.hello({ name: 'x'.repeat(100) }))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      statusMessage: expect.stringContaining('the most is 1000'),
    });
    client.$close();
  });

  it('logs one line for each call', async () => {
    await using server = await startService([
      defineService(ServerStream, {
        async *pow() {
          yield* [{ number: 1n }, { number: 2n }];
        },
      }),
    ]);
    const client = createClient(ServerStream, server.target);
    await collect(client.pow({ number: 2n }));
    await until(() => server.logs.some(({ msg }) => msg === 'call'));
    expect(server.logs.filter(({ msg }) => msg === 'call')).toMatchObject([
      {
        level: 'info',
        method: '/stream.ServerStream/Pow',
        kind: 'server_stream',
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        code: 'OK',
        durationMs: expect.any(Number),
        received: 1,
        sent: 2,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    client.$close();
  });
});

describe('health', () => {
  it('knows the server and its services, and nothing else', async () => {
    await using server = await startService([hello(() => ({}))]);
    const client = createClient(Health, server.target);
    for (const service of ['', 'SayHello']) expect(await client.check({ service })).toEqual({ status: 'SERVING' });
    expect(await callError(client.check({ service: 'nope' }))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await client.watch({ service: 'nope' }).next()).value).toEqual({ status: 'SERVICE_UNKNOWN' });
    client.$close();
  });

  it('tells those who watch that the server drains, and then ends', async () => {
    const server = await startService([hello(() => ({}))]);
    const client = createClient(Health, server.target);
    const watch = client.watch({ service: 'SayHello' });
    expect((await watch.next()).value).toEqual({ status: 'SERVING' });
    const stopped = server.stop();
    expect((await watch.next()).value).toEqual({ status: 'NOT_SERVING' });
    expect(await callError(watch.next())).toMatchObject({ code: 'UNAVAILABLE' });
    await stopped;
    client.$close();
  });
});

describe('reflection', () => {
  it('lists the services and gives a file with everything it imports', async () => {
    await using server = await startService([hello(() => ({}))]);
    const client = createClient(ServerReflection, server.target);
    const requests = [
      { listServices: '*' },
      { fileContainingSymbol: 'SayHello.Hello' },
      { fileByFilename: 'nope.proto' },
    ];
    const [list, file, missing] = await collect(client.serverReflectionInfo(requests));
    expect(list?.listServicesResponse?.service.map(({ name }) => name)).toEqual([
      'SayHello',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ]);
    expect(file?.fileDescriptorResponse?.fileDescriptorProto).toHaveLength(1);
    expect(missing?.errorResponse).toMatchObject({ errorCode: 5 });
    client.$close();
  });

  it('is not there when it is off', async () => {
    await using server = await startService([hello(() => ({}))], { config: { reflection: false } });
    const client = createClient(ServerReflection, server.target);
    expect(await callError(collect(client.serverReflectionInfo([])))).toMatchObject({ code: 'UNIMPLEMENTED' });
    client.$close();
  });
});

describe('a drain', () => {
  const sqrt = (handler: Handlers<typeof BidirectionalStreamServer>['sqrt']) =>
    defineService(BidirectionalStreamServer, { sqrt: handler });

  it('lets an open stream come to its end, and refuses new calls', async () => {
    const server = await startService([
      sqrt(async function* (requests) {
        for await (const { number } of requests) yield { sqrt: number };
      }),
    ]);
    const client = createClient(BidirectionalStreamServer, server.target);
    const draining = gate();
    async function* requests() {
      yield { number: 1 };
      await draining;
      yield { number: 2 };
    }
    const responses = client.sqrt(requests());
    expect((await responses.next()).value).toEqual({ sqrt: 1 });
    const stopped = server.stop();
    await until(
      async () =>
        (await callError(collect(createClient(BidirectionalStreamServer, server.target).sqrt([])))).code ===
        'UNAVAILABLE',
    );
    draining.open();
    expect(await collect(responses)).toEqual([{ sqrt: 2 }]);
    await stopped;
    client.$close();
  });

  it('gives a status to every stream that is still open at its end, those that have sent nothing included', async () => {
    const open = gate<number>();
    let calls = 0;
    const server = await startService([
      sqrt(async function* (requests) {
        if ((calls += 1) === 20) open.open(calls);
        for await (const { number } of requests) yield { sqrt: number };
      }),
    ]);
    const client = createClient(BidirectionalStreamServer, server.target);
    async function* never(index: number) {
      if (index % 2 === 0) yield { number: 1 };
      await new Promise(() => undefined);
    }
    const streams = Array.from({ length: 20 }, (_, index) => callError(collect(client.sqrt(never(index)))));
    await open;
    await server.stop();
    for (const error of await Promise.all(streams)) expect(error.code).toBe('UNAVAILABLE');
    client.$close();
  });

  it('takes an end for an end, though the connection is closing', async () => {
    const started = gate();
    const server = await startService([
      defineService(ClientStream, {
        async sum(requests) {
          let sum = 0n;
          for await (const { data } of requests) {
            sum += data;
            started.open();
          }
          return { sum };
        },
      }),
    ]);
    const client = createClient(ClientStream, server.target);
    const finish = gate();
    async function* numbers() {
      yield { data: 1n };
      await finish;
      yield { data: 2n };
    }
    const answer = client.sum(numbers());
    await started;
    const stopped = server.stop();
    await until(() => server.logs.some(({ msg }) => msg === 'draining'));
    finish.open();
    expect(await answer).toEqual({ sum: 3n });
    await stopped;
    client.$close();
  });
});
