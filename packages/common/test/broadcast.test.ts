import { BenchService, type Message } from '@streamworks/proto/streamworks/bench/bench';
import { describe, expect, it } from 'vitest';
import {
  Broadcast,
  createClient,
  defineService,
  StatusError,
  Subscriber,
  type Context,
  type ServerInterceptor,
  type SubscriberOptions,
} from '../src/index.js';
import { collect, gate, startService, until, type StartServiceOptions } from '../src/testing/index.js';
import { expectNothingOpen } from './support/matrix.js';

const MIB = 1024 * 1024;

/** The most that a reader who stands still may have before it: what waits at both ends of the layer, and in HTTP/2. */
const IN_TRANSPORT = 256 * 1024;

const unused = (): never => {
  throw new StatusError('UNIMPLEMENTED', 'not used here');
};

/** A server on which everybody subscribes to one broadcast; the options are theirs, in the order of their calls. */
async function startTopic({ options = [], ...more }: StartServiceOptions & { options?: SubscriberOptions[] } = {}) {
  const topic = new Broadcast(BenchService.methods.subscribe);
  const subscribers: Subscriber<Message>[] = [];
  const contexts: Context<Message>[] = [];
  const service = defineService(BenchService, {
    unary: unused,
    serverStreaming: unused,
    clientStreaming: unused,
    bidi: unused,
    async subscribe(_request, context) {
      const subscriber = new Subscriber(context, options[subscribers.length]);
      subscribers.push(subscriber);
      contexts.push(context);
      topic.add(subscriber);
      context.sendHeader();
      await subscriber.done;
    },
    async publish(messages) {
      let count = 0n;
      for await (const message of messages) {
        topic.publish(message);
        count += 1n;
      }
      return { count };
    },
  });
  const server = await startService([service], more);
  const client = createClient(BenchService, server.target, { directHttp2: more.config?.directHttp2 ?? true });
  return {
    topic,
    subscribers,
    contexts,
    server,
    client,
    /** Subscribes; resolves when the server knows. */
    async subscribe() {
      const before = subscribers.length;
      const responses = client.subscribe({});
      await until(() => subscribers.length > before);
      return responses;
    },
    async [Symbol.asyncDispose]() {
      client.$close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const numbersOf = (messages: readonly Message[]): number[] => messages.map(({ number }) => Number(number));
const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe.each([true, false])('a broadcast over real connections, straight to HTTP/2: %s', (directHttp2) => {
  const config = { directHttp2 };

  it('gives everybody everything in order, from several publishers at once', async () => {
    await using server = await startTopic({ config });
    const streams = Array.from({ length: 20 }, () => server.client.subscribe({}));
    const reading = streams.map((stream) => collect(stream));
    await until(() => server.topic.size === 20);
    function* messages(publisher: number) {
      for (let index = 0; index < 500; index += 1) yield { number: BigInt(publisher * 1_000 + index) };
    }
    await Promise.all([0, 1, 2].map((publisher) => server.client.publish(messages(publisher))));
    server.topic.close();
    const read = (await Promise.all(reading)).map(numbersOf);
    expect(read[0]).toHaveLength(1_500);
    for (const numbers of read) expect(numbers).toEqual(read[0]);
    for (const publisher of [0, 1, 2]) {
      const its = read[0]!.filter((number) => Math.floor(number / 1_000) === publisher);
      expect(its).toEqual(numbersTo(500).map((index) => publisher * 1_000 + index));
    }
    await expectNothingOpen(server.server);
  });

  it('ends the stream of a reader who stands still, and nobody else notices', async () => {
    await using server = await startTopic({ config, options: [{ maxBytes: MIB }] });
    const slow = await server.subscribe();
    const fast = await server.subscribe();
    const payload = Buffer.alloc(10_000);
    let published = 0;
    while (server.topic.size === 2) {
      server.topic.publish({ number: BigInt(published), payload });
      expect(Number((await fast.next()).value?.number)).toBe(published);
      published += 1;
    }
    expect(published * payload.length).toBeGreaterThan(MIB);
    expect(published * payload.length).toBeLessThan(MIB + IN_TRANSPORT);
    const read: number[] = [];
    const failure = await (async () => {
      for await (const { number } of slow) read.push(Number(number));
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'RESOURCE_EXHAUSTED', message: expect.stringContaining('too slow') });
    // grpc-js's own way gives the status ahead of what came before it: see docs/streaming.md.
    expect(read).toEqual(numbersTo(read.length));
    if (directHttp2) expect(read.length).toBeGreaterThan(5);
    await fast.return?.();
    await until(() => server.topic.size === 0);
    await expectNothingOpen(server.server);
  });

  it('drops the oldest for a reader who stands still, and gives it the newest', async () => {
    await using server = await startTopic({ config, options: [{ whenFull: 'drop-oldest', maxBytes: 64 * 1024 }] });
    const slow = await server.subscribe();
    const payload = Buffer.alloc(1_000);
    const count = 2_000;
    for (let number = 0; number < count; number += 1) {
      server.topic.publish({ number: BigInt(number), payload });
      if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const [subscriber] = server.subscribers;
    expect(subscriber!.queuedBytes).toBeLessThanOrEqual(64 * 1024);
    server.topic.close();
    const read = numbersOf(await collect(slow));
    expect(read).toEqual([...new Set(read)].sort((a, b) => a - b));
    expect(read.length + subscriber!.dropped).toBe(count);
    expect(read.slice(-50)).toEqual(numbersTo(count).slice(-50));
    expect(subscriber!.dropped).toBeGreaterThan(1_000);
  });

  it('holds one message for a reader who stands still and wants the newest', async () => {
    await using server = await startTopic({ config, options: [{ whenFull: 'keep-newest' }] });
    const slow = await server.subscribe();
    const fast = await server.subscribe();
    const payload = Buffer.alloc(500);
    const count = 2_000;
    let most = 0;
    for (let number = 0; number < count; number += 1) {
      server.topic.publish({ number: BigInt(number), payload });
      await fast.next(); // at the pace of one who reads
      most = Math.max(most, server.subscribers[0]!.queuedBytes);
    }
    expect(most).toBeLessThan(2 * payload.length);
    server.topic.close();
    const read = numbersOf(await collect(slow));
    expect(read.at(-1)).toBe(count - 1);
    const backlog = read.slice(0, -1);
    expect(backlog).toEqual(numbersTo(backlog.length));
    expect(backlog.length * payload.length).toBeLessThan(IN_TRANSPORT);
  });

  it('loses subscribers that cancel, without a trace', async () => {
    await using server = await startTopic({ config });
    const stays = await server.subscribe();
    for (let round = 0; round < 20; round += 1) {
      const leaving = await Promise.all(Array.from({ length: 10 }, () => server.subscribe()));
      server.topic.publish({ number: BigInt(round) });
      await Promise.all(leaving.map((stream) => stream.next()));
      for (const stream of leaving) await stream.return?.();
    }
    await until(() => server.topic.size === 1);
    server.topic.close();
    expect(numbersOf(await collect(stays))).toEqual(numbersTo(20));
    await expectNothingOpen(server.server);
  });

  it('shows interceptors the messages, and lets them change those of one stream', async () => {
    const seen: unknown[] = [];
    const watch: ServerInterceptor = (_call, next) => next().tap((message) => seen.push(message));
    const double: ServerInterceptor = async function* (_call, next) {
      for await (const message of next()) yield { number: 2n * (message as Message).number };
    };
    await using server = await startTopic({ config, interceptors: [watch, double] });
    const stream = await server.subscribe();
    for (const number of [1n, 2n, 3n]) server.topic.publish({ number });
    server.topic.close();
    expect(numbersOf(await collect(stream))).toEqual([2, 4, 6]);
    expect(seen).toEqual([{ number: 2n }, { number: 4n }, { number: 6n }]);
  });

  it('gives each stream a message of its own where interceptors change it', async () => {
    const change: ServerInterceptor = async function* (_call, next) {
      for await (const message of next()) {
        (message as { number: bigint }).number += 1n;
        yield message;
      }
    };
    await using server = await startTopic({ config, interceptors: [change] });
    const streams = [await server.subscribe(), await server.subscribe(), await server.subscribe()];
    server.topic.publish({ number: 10n });
    server.topic.close();
    for (const stream of streams) expect(numbersOf(await collect(stream))).toEqual([11]);
  });

  it('shows listeners of a stream that is not gone through the messages as they were published', async () => {
    const seen: unknown[] = [];
    const watch: ServerInterceptor = (_call, next) => next().tap((message) => seen.push(message));
    await using server = await startTopic({ config, interceptors: [watch] });
    const stream = await server.subscribe();
    server.topic.publish({ number: 1n });
    server.topic.close();
    expect(numbersOf(await collect(stream))).toEqual([1]);
    expect(seen).toEqual([{ number: 1n }]);
  });

  it('keeps the order and loses nothing when messages set off others, and the end, while a queue is written', async () => {
    const count = 400;
    const react: ServerInterceptor = (_call, next) =>
      next().tap((message) => {
        const number = Number((message as Message).number);
        if (number < count && number % 100 === 50) server.topic.publish({ number: BigInt(count + number) });
        if (number === count + 350) server.topic.close();
      });
    await using server = await startTopic({ config, interceptors: [react], options: [{ maxBytes: 4 * MIB }] });
    const stream = await server.subscribe();
    const payload = Buffer.alloc(2_000);
    for (let number = 0; number < count; number += 1) server.topic.publish({ number: BigInt(number), payload });
    expect(server.subscribers[0]!.queuedBytes).toBeGreaterThan(MIB / 2);
    const published = [...numbersTo(count), 450, 550, 650, 750];
    const read = numbersOf(await collect(stream));
    expect(new Set(read)).toEqual(new Set(published));
    expect(read.filter((number) => number < count)).toEqual(numbersTo(count));
    // The first was published before anything had to wait, the others after all that waited then.
    expect(read.slice(-3)).toEqual([550, 650, 750]);
  });

  it('loses the stream whose listener ends it, in the middle of a message', async () => {
    const end: ServerInterceptor = (call, next) =>
      next().tap(() => call.end(new StatusError('ABORTED', 'no such message')));
    await using server = await startTopic({ config, interceptors: [end] });
    const failure = collect(await server.subscribe()).catch((error: unknown) => error);
    server.topic.publish({ number: 1n });
    expect(await failure).toMatchObject({ code: 'ABORTED' });
    expect(server.topic.size).toBe(0);
    await expectNothingOpen(server.server);
  });

  it('loses the stream whose interceptor leaves it while messages wait', async () => {
    const leaves: ServerInterceptor = async function* (_call, next) {
      for await (const message of next()) {
        yield message;
        return;
      }
    };
    await using server = await startTopic({ config, interceptors: [leaves] });
    const stream = await server.subscribe();
    const done = server.subscribers[0]!.done.catch((error: unknown) => error);
    for (let number = 0; number < 10; number += 1) server.topic.publish({ number: BigInt(number) });
    expect(numbersOf(await collect(stream))).toEqual([0]);
    expect(await done).toMatchObject({ code: 'CANCELLED' });
    expect(server.topic.size).toBe(0);
    await expectNothingOpen(server.server);
  });

  it('ends the stream that a message is too large for', async () => {
    await using server = await startTopic({ config: { ...config, maxMessageBytes: 1_000 } });
    const stream = await server.subscribe();
    server.topic.publish({ number: 1n });
    server.topic.publish({ number: 2n, payload: Buffer.alloc(1_000) });
    expect(Number((await stream.next()).value?.number)).toBe(1);
    await expect(stream.next()).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(server.topic.size).toBe(0);
  });

  it('ends with a status as soon as its server begins to stop, long before the grace period is over', async () => {
    const stopping = new StatusError('UNAVAILABLE', 'the server is stopping');
    await using server = await startTopic({ config, onDraining: () => server.topic.close(stopping) });
    const failure = collect(await server.subscribe()).catch((error: unknown) => error);
    await server.server.stop();
    expect(await failure).toMatchObject({ code: 'UNAVAILABLE', statusMessage: 'the server is stopping' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('oops');
      },
    ],
    ['rejects', () => Promise.reject(new Error('oops'))],
  ])('drains all the same where what is to end it %s', async (_name, onDraining) => {
    await using server = await startTopic({ config: { ...config, shutdownGrace: 100 }, onDraining });
    const failure = collect(await server.subscribe()).catch((error: unknown) => error);
    await server.server.stop();
    expect(await failure).toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.server.logs).toContainEqual(expect.objectContaining({ msg: 'onDraining failed' }));
  });

  it('is over for its subscribers when the server has stopped', async () => {
    await using server = await startTopic({ config: { ...config, shutdownGrace: 100 } });
    const stream = await server.subscribe();
    const failure = collect(stream).catch((error: unknown) => error);
    await server.server.stop();
    expect(await failure).toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.topic.size).toBe(0);
  });
});

describe('what a handler may do with its call', () => {
  it('ends it from anywhere, with a status, while it waits for requests', async () => {
    const ended = gate<unknown>();
    await using server = await startService([
      defineService(BenchService, {
        unary: unused,
        serverStreaming: unused,
        clientStreaming: unused,
        publish: unused,
        subscribe: unused,
        async bidi(requests, { end, write, signal }) {
          try {
            for await (const { number } of requests) {
              await write({ number });
              setImmediate(() => end(new StatusError('ABORTED', 'enough')));
            }
          } catch (error) {
            ended.open([error, signal.reason]);
            throw error;
          }
        },
      }),
    ]);
    const client = createClient(BenchService, server.target);
    const never = gate();
    async function* requests() {
      yield { number: 1n };
      await never;
    }
    const responses = client.bidi(requests());
    expect((await responses.next()).value).toEqual({ number: 1n });
    await expect(responses.next()).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringContaining('enough'),
    });
    expect(await ended).toEqual([
      expect.objectContaining({ code: 'ABORTED' }),
      expect.objectContaining({ code: 'ABORTED' }),
    ]);
    never.open();
    client.$close();
  });

  it('is told of the end of a cancelled call when its signal says so, too', async () => {
    const told = gate<unknown>();
    await using server = await startTopic();
    const stream = await server.subscribe();
    const [context] = server.contexts;
    const { signal } = context!;
    context!.onEnd(({ code }) => told.open([code, signal.aborted]));
    await stream.return?.();
    expect(await told).toEqual(['CANCELLED', true]);
  });

  it('is told when everything that it wrote has been taken, and when the call is over', async () => {
    const told: string[] = [];
    const payload = Buffer.alloc(MIB);
    const reading = gate();
    await using server = await startService([
      defineService(BenchService, {
        unary: unused,
        clientStreaming: unused,
        publish: unused,
        subscribe: unused,
        bidi: unused,
        async serverStreaming(_request, { write, flushed, onEnd }) {
          onEnd(({ code, sent }) => told.push(`${code} after ${sent}`));
          expect(flushed()).toBe(undefined);
          void write({ number: 1n, payload });
          const waiting = flushed();
          void waiting?.then(() => told.push('flushed'));
          told.push(waiting === undefined ? 'nothing to wait for' : 'waits');
          reading.open();
          await waiting;
          told.push(flushed() === undefined ? 'nothing under way' : 'something under way');
        },
      }),
    ]);
    const client = createClient(BenchService, server.target);
    const responses = client.serverStreaming({});
    await reading;
    expect(told).toEqual(['waits']);
    expect(await collect(responses)).toHaveLength(1);
    expect(told).toEqual(['waits', 'flushed', 'nothing under way', 'OK after 1']);
    client.$close();
  });
});
