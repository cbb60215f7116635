import { describe, expect, it } from 'vitest';
import { createClient, type Context } from '../src/index.js';
import { gate, startService, until } from '../src/testing/index.js';
import { atRest } from './support/at-rest.js';
import { FourKinds, textOf, type Note } from './support/four-kinds.js';
import { expectNothingOpen } from './support/matrix.js';
import { connectOurs } from './support/our-client.js';
import { createFourKinds, pairs } from './support/pairs.js';
import { connectPlain } from './support/plain-client.js';
import { startPlainServer } from './support/plain-server.js';
import type { TestCall } from './support/test-call.js';

const MIB = 1024 * 1024;

/** A producer never gets further than this ahead of a reader who stands still: what waits in the layer and in HTTP/2. */
const BOUND = 256 * 1024;

/** A writer of grpc-js's own is let go on by its client, which keeps so much besides. */
const PLAIN_BUFFER = MIB;

/** So much could be produced. */
const ENDLESS = 1024 * MIB;

/** Sizes of messages. A producer that stands still has begun one, and its reader may have one that is taken and one that is not. */
const sizes = [10, 1_000, 60_000, MIB];

/** How many messages are read in the end, where all of them are to be read. */
const toRead = (size: number): number => Math.max(5, Math.min(20_000, Math.ceil((3 * MIB) / size)));

/** Texts that are numbered, of one size, and a count of their bytes. */
function createSource(size: number, count = Math.floor(ENDLESS / size)) {
  const rest = textOf(Math.max(0, size - 10));
  const source = {
    bytes: 0,
    text: (index: number): string => String(index).padStart(10) + rest,
    *texts() {
      for (let index = 0; index < count; index += 1) {
        source.bytes += size;
        yield source.text(index);
      }
    },
    async *notes() {
      for (const text of source.texts()) yield { text };
    },
  };
  return source;
}

/** Sends at the pace that the call gives. */
async function sendAll(call: TestCall, texts: Iterable<string>): Promise<void> {
  for (const text of texts) await call.send(text);
  call.halfClose();
}

describe.each(pairs)('$name: a reader of responses who stands still', (pair) => {
  describe.each(['server', 'bidi'] as const)('%s', (kind) => {
    it.each(sizes)(
      'stops a handler that yields messages of %i bytes, and gets all of them in the end',
      async (size) => {
        const count = toRead(size);
        const source = createSource(size, count);
        const server = await pair.serve({ server: source.notes, bidi: source.notes });
        await using client = pair.connect(server.target);
        const call = client.open(kind);
        void call.send('');
        expect(await call.read()).toBe(source.text(0));
        // A reader of grpc-js's own holds sixteen messages besides, whatever their size.
        const held = pair.name.includes('plain') ? 16 + 3 : 3;
        expect(await atRest(() => source.bytes)).toBeLessThan(BOUND + held * size);
        for (let index = 1; index < count; index += 1) {
          if ((await call.read()) !== source.text(index)) expect.fail(`message ${index} is not what it was`);
        }
        expect(source.bytes).toBe(count * size);
        expect(await call.end()).toMatchObject({ code: 'OK' });
        await expectNothingOpen(server);
      },
    );

    it('stops several writers together, and gets each one’s messages in order', async () => {
      const sources = Array.from({ length: 5 }, () => createSource(1_000, 2_000));
      const produced = (): number => sources.reduce((sum, { bytes }) => sum + bytes, 0);
      const handler = async (_input: unknown, { write }: Context<Note>): Promise<void> => {
        const writeAll = async ({ texts }: (typeof sources)[number], writer: number): Promise<void> => {
          for (const text of texts()) await write({ text: `${writer}${text}` });
        };
        await Promise.all(sources.map(writeAll));
      };
      const server = await pair.serve({ server: handler, bidi: handler });
      await using client = pair.connect(server.target);
      const call = client.open(kind);
      void call.send('');
      const seen = sources.map(() => 0);
      const take = (text: string): void => {
        const writer = Number(text.charAt(0));
        const expected = seen[writer] ?? -1;
        if (Number(text.slice(1, 11)) !== expected)
          expect.fail(`message ${expected} of writer ${writer} is out of order`);
        seen[writer] = expected + 1;
      };
      take((await call.read()) ?? '');
      expect(await atRest(produced)).toBeLessThan(BOUND);
      for (let text = await call.read(); text !== undefined; text = await call.read()) take(text);
      expect(seen).toEqual(sources.map(() => 2_000));
      expect(await call.end()).toMatchObject({ code: 'OK' });
      await expectNothingOpen(server);
    });

    it('lets a handler go when it cancels', async () => {
      const source = createSource(10_000);
      const ended = gate();
      const handler = async function* (): AsyncGenerator<Note> {
        try {
          yield* source.notes();
        } finally {
          ended.open();
        }
      };
      const server = await pair.serve({ server: handler, bidi: handler });
      await using client = pair.connect(server.target);
      const call = client.open(kind);
      void call.send('');
      await call.read();
      await atRest(() => source.bytes);
      call.cancel();
      await ended;
      expect(await call.end()).toMatchObject({ code: 'CANCELLED' });
      await expectNothingOpen(server);
    });
  });
});

describe.each(pairs)('$name: a handler that does not read', (pair) => {
  it.each(sizes)('stops a client that sends messages of %i bytes, and gets all of them in the end', async (size) => {
    const count = toRead(size);
    const source = createSource(size, count);
    const mayRead = gate();
    const server = await pair.serve({
      async client(requests) {
        await mayRead;
        let index = 0;
        for await (const { text } of requests) {
          if (text !== source.text(index)) throw new Error(`message ${index} is not what it was`);
          index += 1;
        }
        return { text: String(index) };
      },
    });
    await using client = pair.connect(server.target);
    const call = client.open('client');
    void sendAll(call, source.texts());
    const bound = pair.name.includes('plain') ? BOUND + PLAIN_BUFFER : BOUND;
    expect(await atRest(() => source.bytes)).toBeLessThan(bound + 2 * size);
    mayRead.open();
    expect(await call.end()).toMatchObject({ code: 'OK', responses: [String(count)] });
    await expectNothingOpen(server);
  });
});

describe.each([true, false])('our client, straight to HTTP/2 %s', (directHttp2) => {
  it('reads no further than the bound in streams that nobody reads, and other calls go on', async () => {
    const source = createSource(10_000);
    const server = await startService([createFourKinds({ server: source.notes, unary: (note) => note })], {
      config: { directHttp2 },
    });
    const client = createClient(FourKinds, server.target, { directHttp2 });
    const streams = Array.from({ length: 20 }, () => client.server({ text: '' }));
    expect(await atRest(() => source.bytes)).toBeLessThan(streams.length * BOUND);
    expect(await client.unary({ text: 'still here' })).toEqual({ text: 'still here' });
    for (const stream of streams) await stream.return?.();
    await until(() => server.logs.filter(({ code }) => code === 'CANCELLED').length === streams.length);
    client.$close();
    await expectNothingOpen(server);
  });

  it.each(sizes)('waits for a plain server that reads nothing, with messages of %i bytes', async (size) => {
    const count = toRead(size);
    const source = createSource(size, count);
    const mayRead = gate();
    let received = 0;
    await using server = await startPlainServer({
      client(call, reply) {
        void mayRead.then(() => {
          call.on('data', ({ text }) => (received += text.length));
          call.on('end', () => reply(null, { text: 'all' }));
        });
      },
    });
    await using client = connectOurs(server.target, { directHttp2 });
    const call = client.open('client');
    void sendAll(call, source.texts());
    expect(await atRest(() => source.bytes)).toBeLessThan(BOUND + 2 * size);
    mayRead.open();
    expect(await call.end()).toMatchObject({ code: 'OK', responses: ['all'] });
    expect(received).toBe(count * size);
  });
});

describe.each([true, false])('our server, straight to HTTP/2 %s', (directHttp2) => {
  it('holds many uploads that nobody reads, and other calls of the connection go on', async () => {
    const source = createSource(10_000);
    const over = gate();
    const server = await startService(
      [createFourKinds({ unary: (note) => note, client: () => over.then(() => ({ text: '' })) })],
      { config: { directHttp2 } },
    );
    await using client = connectPlain(server.target);
    const calls = Array.from({ length: 20 }, () => client.open('client'));
    for (const call of calls) void sendAll(call, source.texts());
    expect(await atRest(() => source.bytes)).toBeLessThan(calls.length * (BOUND + PLAIN_BUFFER));
    const unary = client.open('unary');
    void unary.send('still here');
    expect(await unary.end()).toMatchObject({ code: 'OK', responses: ['still here'] });
    over.open();
    for (const call of calls) expect(await call.end()).toMatchObject({ code: 'OK' });
    await expectNothingOpen(server);
  });
});
