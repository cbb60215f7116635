import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defineService } from '../src/index.js';
import { collect, startService } from '../src/testing/index.js';
import { FourKinds, kinds, noteCodec, type Kind, textOf } from './support/four-kinds.js';
import { connectRaw, frame } from './support/raw-client.js';

const LIMIT = 1_000;
const gzip = { 'grpc-encoding': 'gzip' };

interface StartOptions {
  readonly directHttp2?: boolean;
  readonly maxMessageBytes?: number;
  /** The methods with a limit of their own. */
  readonly limited?: readonly Kind[];
}

/** The four kinds, and how many bytes of the longest request were decoded. */
async function start({ directHttp2 = true, maxMessageBytes = 4_000, limited = kinds }: StartOptions = {}) {
  let longest = 0;
  const request = {
    ...noteCodec,
    decode(bytes: Buffer) {
      longest = Math.max(longest, bytes.length);
      return noteCodec.decode(bytes);
    },
  };
  const methods = Object.fromEntries(
    Object.entries(FourKinds.methods).map(([name, method]) => [name, { ...method, request }]),
  ) as unknown as typeof FourKinds.methods;
  const toLength = ({ text }: { text: string }) => ({ text: String(text.length) });
  const service = defineService(
    { ...FourKinds, methods },
    {
      unary: toLength,
      async *server(note) {
        yield toLength(note);
      },
      client: async (requests) => ({ text: (await collect(requests)).map(({ text }) => text.length).join() }),
      async *bidi(requests) {
        for await (const note of requests) yield toLength(note);
      },
    },
    { maxRequestBytes: Object.fromEntries(limited.map((name) => [name, LIMIT])) },
  );
  const server = await startService([service], { config: { directHttp2, maxMessageBytes } });
  return { server, target: server.target, readLongest: () => longest };
}

describe.each([true, false])('a method with a limit of its own, straight to HTTP/2 %s,', (directHttp2) => {
  it.each(kinds)('takes a message of that, and refuses a longer one before it is decoded: %s', async (kind) => {
    const { server, target, readLongest } = await start({ directHttp2 });
    await using _ = server;
    await using raw = connectRaw(target);
    const { path } = FourKinds.methods[kind];
    expect(await raw.call(path, [frame(textOf(LIMIT))])).toMatchObject({ code: 'OK', data: frame(`${LIMIT}`) });
    expect(await raw.call(path, [frame(textOf(LIMIT + 1))])).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: `a message of ${LIMIT + 1} bytes: the most is ${LIMIT}`,
    });
    expect(readLongest()).toBe(LIMIT);
  });

  it('refuses what becomes longer when it is decompressed', async () => {
    const { server, target, readLongest } = await start({ directHttp2 });
    await using _ = server;
    await using raw = connectRaw(target);
    const call = (bytes: number) =>
      raw.call('/test.FourKinds/Unary', [frame(gzipSync(textOf(bytes)), 1)], { headers: gzip });
    expect(await call(LIMIT)).toMatchObject({ code: 'OK', data: frame(`${LIMIT}`) });
    expect(await call(LIMIT + 1)).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: expect.stringMatching(/^a message .* 100\d bytes/),
    });
    expect(readLongest()).toBe(LIMIT);
  });

  it('answers the requests before the one that is too long', async () => {
    const { server, target } = await start({ directHttp2 });
    await using _ = server;
    await using raw = connectRaw(target);
    const parts = [frame('abc'), frame(textOf(LIMIT + 1)), frame('abc')];
    const { code, data } = await raw.call('/test.FourKinds/Bidi', parts);
    expect({ code, data }).toEqual({ code: 'RESOURCE_EXHAUSTED', data: frame('3') });
  });

  it('says nothing about other methods, and takes no more than the server does', async () => {
    const { server, target } = await start({ directHttp2, limited: ['unary'] });
    await using _ = server;
    await using raw = connectRaw(target);
    expect(await raw.call('/test.FourKinds/Client', [frame(textOf(4_000))])).toMatchObject({ code: 'OK' });
    const smaller = await start({ directHttp2, maxMessageBytes: 500 });
    await using __ = smaller.server;
    await using other = connectRaw(smaller.target);
    expect(await other.call('/test.FourKinds/Unary', [frame(textOf(501))])).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
    });
  });
});

it('a length over the limit is refused before the message comes', async () => {
  const { server, target } = await start();
  await using _ = server;
  await using raw = connectRaw(target);
  for (const kind of kinds) {
    const end = await raw.call(FourKinds.methods[kind].path, [frame('', 0, LIMIT + 1)], { halfClose: false });
    expect(end).toMatchObject({ code: 'RESOURCE_EXHAUSTED', message: `a message of 1001 bytes: the most is 1000` });
  }
});
