import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deflateSync, gzipSync } from 'node:zlib';
import { SayHello } from '@streamworks/proto/hello';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { EncodeError } from '@streamworks/proto';
import { describe, expect, it } from 'vitest';
import { CallError, createClient, defineService, StatusError, type Context } from '../src/index.js';
import { collect, gate, startService, until } from '../src/testing/index.js';

/** Endless powers: the stream goes on until somebody stops it. */
const endless = (onEnd: (reason: unknown) => void) =>
  defineService(ServerStream, {
    async *pow({ number }, { signal }) {
      try {
        for (;;) yield { number };
      } finally {
        onEnd(signal.reason);
      }
    },
  });

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a client', () => {
  it('cancels the call when the reader leaves the loop', async () => {
    const ended = gate<unknown>();
    await using server = await startService([endless(ended.open)]);
    const client = createClient(ServerStream, server.target);
    let count = 0;
    for await (const _ of client.pow({ number: 1n })) if ((count += 1) === 3) break;
    expect(await ended).toMatchObject({ code: 'CANCELLED' });
    client.$close();
  });

  it('cancels the call when its signal aborts', async () => {
    const ended = gate<unknown>();
    await using server = await startService([endless(ended.open)]);
    const client = createClient(ServerStream, server.target);
    const abort = new AbortController();
    const error = failure(
      (async () => {
        for await (const _ of client.pow({ number: 1n }, { signal: abort.signal })) abort.abort(new Error('enough'));
      })(),
    );
    expect(await error).toMatchObject({ code: 'CANCELLED', statusMessage: 'enough' });
    expect(await ended).toMatchObject({ code: 'CANCELLED' });
    client.$close();
  });

  it('ends the call at its deadline, on both sides', async () => {
    const ended = gate<unknown>();
    await using server = await startService([endless(ended.open)]);
    const client = createClient(ServerStream, server.target);
    expect(await failure(collect(client.pow({ number: 1n }, { timeoutMs: 100 })))).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(await ended).toMatchObject({ code: expect.stringMatching(/DEADLINE_EXCEEDED|CANCELLED/) });
    client.$close();
  });

  it('does not start a call whose request does not fit', async () => {
    let calls = 0;
    await using server = await startService([
      defineService(ServerStream, {
        async *pow() {
          calls += 1;
          yield* [];
        },
      }),
    ]);
    const client = createClient(ServerStream, server.target);
    expect(() => client.pow({ number: 2n ** 63n })).toThrow(EncodeError);
    await collect(client.pow({ number: 1n }));
    expect(calls).toBe(1);
    client.$close();
  });

  it('cancels an upload whose source fails, and gives the caller that error', async () => {
    const started = gate();
    const ended = gate<unknown>();
    let finished = false;
    await using server = await startService([
      defineService(ClientStream, {
        async sum(requests) {
          try {
            for await (const _ of requests) started.open();
            finished = true;
          } catch (error) {
            ended.open(error);
            throw error;
          }
          return { sum: 0n };
        },
      }),
    ]);
    const client = createClient(ClientStream, server.target);
    async function* numbers() {
      yield { data: 1n };
      await started;
      throw new Error('disk on fire');
    }
    expect(await failure(client.sum(numbers()))).toMatchObject({ message: 'disk on fire' });
    expect(await ended).toMatchObject({ code: 'CANCELLED' });
    expect(finished).toBe(false);
    client.$close();
  });

  it('stops the source of the requests when the server ends the call early', async () => {
    const stopped = gate();
    await using server = await startService([
      defineService(ClientStream, {
        sum: () => {
          throw new StatusError('NOT_FOUND', 'no');
        },
      }),
    ]);
    const client = createClient(ClientStream, server.target);
    async function* numbers() {
      try {
        for (;;) yield { data: 1n };
      } finally {
        stopped.open();
      }
    }
    expect(await failure(client.sum(numbers()))).toMatchObject({ code: 'NOT_FOUND' });
    await stopped;
    client.$close();
  });

  it('says UNAVAILABLE where nobody listens', async () => {
    const client = createClient(SayHello, '127.0.0.1:1');
    expect(await failure(client.hello({}, { timeoutMs: 3_000 }))).toBeInstanceOf(CallError);
    expect(await failure(client.$waitForReady(100))).toMatchObject({ code: 'UNAVAILABLE' });
    client.$close();
  });

  it('tries an idempotent unary call again while the server is unavailable', async () => {
    let calls = 0;
    await using server = await startService([
      defineService(SayHello, {
        hello() {
          calls += 1;
          if (calls < 3) throw new StatusError('UNAVAILABLE', 'not yet');
          return { msg: 'at last' };
        },
      }),
    ]);
    const client = createClient(SayHello, server.target);
    expect(await client.hello({})).toEqual({ msg: 'at last' });
    expect(calls).toBe(3);
    client.$close();
  });

  it('passes cancellation, deadline and request id on to the calls made inside a call', async () => {
    const inner: Context<unknown>[] = [];
    const innerEnded = gate<unknown>();
    await using back = await startService([
      defineService(ServerStream, {
        async *pow(_request, context) {
          inner.push(context as unknown as Context<unknown>);
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          innerEnded.open(context.signal.reason);
          yield* [];
        },
      }),
    ]);
    const backClient = createClient(ServerStream, back.target);
    await using front = await startService([
      defineService(ServerStream, {
        async *pow(request, context) {
          yield* backClient.pow(request, { parent: context });
        },
      }),
    ]);
    const client = createClient(ServerStream, front.target);
    const abort = new AbortController();
    const deadline = new Date(Date.now() + 60_000);
    const error = failure(collect(client.pow({ number: 1n }, { signal: abort.signal, deadline })));
    await until(() => inner.length === 1 && front.logs.length > 0);
    expect(Math.abs(Number(inner[0]?.deadline) - Number(deadline))).toBeLessThan(1_000);
    abort.abort();
    expect(await error).toMatchObject({ code: 'CANCELLED' });
    expect(await innerEnded).toMatchObject({ code: 'CANCELLED' });
    await until(() => front.logs.some(({ msg }) => msg === 'call'));
    expect(front.logs.find(({ msg }) => msg === 'call')?.['requestId']).toBe(inner[0]?.requestId);
    client.$close();
    backClient.$close();
  });

  it('leaves no listener on a signal that outlives its calls', async () => {
    await using server = await startService([defineService(SayHello, { hello: () => ({}) })]);
    const client = createClient(SayHello, server.target);
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
    for (let call = 0; call < 10; call += 1) await client.hello({}, { signal });
    expect(listeners).toBe(0);
    client.$close();
  });

  it('gives the responses of a bidi call as they come, before it has sent everything', async () => {
    await using server = await startService([
      defineService(BidirectionalStreamServer, {
        async *sqrt(requests) {
          for await (const { number } of requests) yield { sqrt: number };
        },
      }),
    ]);
    const client = createClient(BidirectionalStreamServer, server.target);
    let go = gate();
    async function* numbers() {
      for (let number = 0; number < 5; number += 1) {
        yield { number };
        await go;
        go = gate();
      }
    }
    const seen: number[] = [];
    for await (const { sqrt } of client.sqrt(numbers())) {
      seen.push(sqrt);
      go.open();
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    client.$close();
  });
});

describe.each(['gzip', 'deflate'] as const)('responses that the server compresses with %s', (encoding) => {
  const compress = encoding === 'gzip' ? gzipSync : deflateSync;
  const toFrame = (message: Buffer): Buffer => {
    const header = Buffer.alloc(5, 1);
    header.writeUInt32BE(message.length, 1);
    return Buffer.concat([header, message]);
  };

  async function connectTo(body: Buffer, status: string) {
    const server = createServer().on('stream', (stream: ServerHttp2Stream) => {
      const header = { ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': encoding };
      stream.respond(header, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
      stream.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createClient(ServerStream, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const close = (): void => {
      client.$close();
      server.close();
    };
    return { client, [Symbol.dispose]: close };
  }

  it('all arrive before an error status, however slow the reader is', async () => {
    const message = toFrame(compress(ServerStream.methods.pow.response.encode({ number: 7n })));
    using connection = await connectTo(Buffer.concat(Array<Buffer>(300).fill(message)), '5');
    let received = 0;
    const read = async (): Promise<void> => {
      for await (const { number } of connection.client.pow({ number: 1n })) {
        expect(number).toBe(7n);
        received += 1;
        await nextTurn();
      }
    };
    expect(await failure(read())).toMatchObject({ code: 'NOT_FOUND' });
    expect(received).toBe(300);
  });

  it('fail the call where they become too large, or are none', async () => {
    for (const [bytes, code] of [
      [compress(Buffer.alloc(5_000_000)), 'RESOURCE_EXHAUSTED'],
      [Buffer.from('neither'), 'INTERNAL'],
    ] as const) {
      using connection = await connectTo(toFrame(bytes), '0');
      expect(await failure(collect(connection.client.pow({ number: 1n })))).toMatchObject({ code });
    }
  });
});

describe('a client that is closed', () => {
  it('cancels its open calls, and fails new ones with UNAVAILABLE', async () => {
    const ended = gate<unknown>();
    await using server = await startService([endless(ended.open), defineService(SayHello, { hello: () => ({}) })]);
    const client = createClient(ServerStream, server.target);
    const responses = client.pow({ number: 1n });
    await responses.next();
    client.$close();
    expect(await failure(collect(responses))).toMatchObject({ code: 'CANCELLED' });
    expect(await ended).toMatchObject({ code: 'CANCELLED' });
    const hello = createClient(SayHello, server.target);
    hello.$close();
    expect(await failure(hello.hello({}))).toMatchObject({
      code: 'UNAVAILABLE',
      statusMessage: 'the client is closed',
    });
  });
});

describe('what a caller does wrong', () => {
  it('rejects a unary call: a request that does not fit, a callback that throws', async () => {
    await using server = await startService([defineService(SayHello, { hello: () => ({}) })]);
    const client = createClient(SayHello, server.target);
    const wrong = { name: 5 } as unknown as { name: string };
    expect(await failure(client.hello(wrong))).toBeInstanceOf(EncodeError);
    for (const callback of ['onHeader', 'onTrailer']) {
      const options = { [callback]: () => { throw new Error('mine'); } }; // prettier-ignore
      expect(await failure(client.hello({}, options))).toMatchObject({ message: 'mine' });
    }
    client.$close();
  });

  it('does not matter after it has left the loop: the stream is over', async () => {
    await using server = await startService([endless(() => undefined)]);
    const client = createClient(ServerStream, server.target);
    const responses = client.pow({ number: 1n });
    for await (const _ of responses) break;
    expect(await responses.next()).toEqual({ done: true, value: undefined });
    client.$close();
  });
});

describe('a call inside a call', () => {
  it('that ends with it is no fault of the server, and what it is refused is not told to the caller', async () => {
    await using back = await startService([endless(() => undefined)]);
    const backClient = createClient(ServerStream, back.target);
    await using front = await startService([
      defineService(ServerStream, {
        async *pow({ number }, context) {
          yield* backClient.pow({ number: number * 2n ** 62n }, { parent: context });
        },
      }),
    ]);
    const client = createClient(ServerStream, front.target);
    expect(await failure(collect(client.pow({ number: 4n })))).toMatchObject({ code: 'INTERNAL' });
    for await (const _ of client.pow({ number: 1n })) break;
    await until(() => front.logs.filter(({ msg }) => msg === 'call').length === 2);
    await until(() => back.logs.some(({ msg }) => msg === 'call'));
    expect(front.logs.filter(({ level }) => level === 'error')).toMatchObject([{ code: 'INTERNAL' }]);
    client.$close();
    backClient.$close();
  });
});
