import { constants, type OutgoingHttpHeaders } from 'node:http2';
import { deflateSync, gzipSync } from 'node:zlib';
import { Health } from '@streamworks/proto/grpc/health/v1/health';
import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient, defineService, type Handlers, type StatusCode } from '../src/index.js';
import { collect, gate, startService, until } from '../src/testing/index.js';
import { FourKinds, kinds, type Kind } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';
import { connectRaw, frame, type RawOptions } from './support/raw-client.js';

const handlers: Handlers<typeof FourKinds> = {
  unary: (note) => note,
  async *server(note) {
    yield note;
  },
  client: async (requests) => ({ text: (await collect(requests)).map(({ text }) => text).join() }),
  async *bidi(requests) {
    yield* requests;
  },
};

/** A call that is wrong in some way, and the status that is right for it. */
interface Case {
  readonly name: string;
  readonly parts: readonly Buffer[];
  readonly headers?: OutgoingHttpHeaders;
  readonly halfClose?: boolean;
  readonly code: StatusCode;
  /** What grpc-js answers where the call goes over its public API: it is more lenient. */
  readonly publicCode?: StatusCode;
  /** The kinds for which this is wrong. Default: all. */
  readonly kinds?: readonly Kind[];
}

const gzip = { 'grpc-encoding': 'gzip' };
const single: readonly Kind[] = ['unary', 'server'];
const bomb = frame(gzipSync(Buffer.alloc(100 * 1024 * 1024)), 1);

const cases: readonly Case[] = [
  // Frames. A call over the public API does not see the flag.
  { name: 'END_STREAM in the middle of a message', parts: [frame('abc', 0, 10)], code: 'INTERNAL' },
  { name: 'END_STREAM in the middle of a header', parts: [Buffer.from([0, 0])], code: 'INTERNAL' },
  { name: 'half a header after a message', parts: [frame('a'), Buffer.from([0])], code: 'INTERNAL' },
  { name: 'flag 1 without an encoding', parts: [frame('a', 1)], code: 'INTERNAL', publicCode: 'OK' },
  { name: 'flag 2', parts: [frame('a', 2)], code: 'INTERNAL', publicCode: 'OK' },
  {
    name: 'flag 1 with the encoding identity',
    parts: [frame('a', 1)],
    headers: { 'grpc-encoding': 'identity' },
    code: 'INTERNAL',
    publicCode: 'OK',
  },
  {
    name: 'garbage',
    parts: [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    code: 'INTERNAL',
    publicCode: 'RESOURCE_EXHAUSTED',
  },
  { name: 'a message over the limit', parts: [frame(Buffer.alloc(5_000_000))], code: 'RESOURCE_EXHAUSTED' },
  { name: 'a length of 4 GiB', parts: [frame('', 0, 0xffff_ffff)], halfClose: false, code: 'RESOURCE_EXHAUSTED' },
  { name: 'bytes that cannot be decoded', parts: [frame(Buffer.from([0xff]))], code: 'INTERNAL' },
  // Compression: grpc-js decompresses.
  { name: 'gzip', parts: [frame(gzipSync('a'), 1)], headers: gzip, code: 'OK' },
  { name: 'gzip, and a message that is not compressed', parts: [frame('a')], headers: gzip, code: 'OK' },
  { name: 'deflate', parts: [frame(deflateSync('a'), 1)], headers: { 'grpc-encoding': 'deflate' }, code: 'OK' },
  { name: 'gzip that is none', parts: [frame('not gzip', 1)], headers: gzip, code: 'INTERNAL' },
  { name: 'gzip without its end', parts: [frame(gzipSync('abc').subarray(0, 15), 1)], headers: gzip, code: 'INTERNAL' },
  { name: 'END_STREAM in the middle of gzip', parts: [frame(gzipSync('a'), 1, 99)], headers: gzip, code: 'INTERNAL' },
  { name: 'a decompression bomb', parts: [bomb], headers: gzip, code: 'RESOURCE_EXHAUSTED' },
  {
    name: 'an encoding that is not known',
    parts: [frame('a', 1)],
    headers: { 'grpc-encoding': 'snappy' },
    code: 'UNIMPLEMENTED',
  },
  // Numbers of requests.
  { name: 'no request', parts: [], code: 'UNIMPLEMENTED', kinds: single },
  { name: 'two requests', parts: [frame('a'), frame('b')], code: 'UNIMPLEMENTED', kinds: single },
  {
    name: 'two requests and no half-close',
    parts: [frame('a'), frame('b')],
    halfClose: false,
    code: 'UNIMPLEMENTED',
    kinds: single,
  },
  // Timeouts.
  ...['abc', '', '5', '5s', 'm'].map((timeout): Case => ({
    name: `the timeout ${JSON.stringify(timeout)}`,
    parts: [frame('a')],
    headers: { 'grpc-timeout': timeout },
    code: 'INTERNAL',
  })),
  // Headers that are odd, and harmless.
  { name: 'a request id with a space', parts: [frame('a')], headers: { 'x-request-id': 'a b' }, code: 'OK' },
  { name: 'base64 that is none', parts: [frame('a')], headers: { 'x-bytes-bin': '!!!' }, code: 'OK' },
  { name: 'a header that is no ASCII', parts: [frame('a')], headers: { 'x-text': 'ü' }, code: 'OK' },
  { name: '60 kB of metadata', parts: [frame('a')], headers: { 'x-text': 'a'.repeat(60_000) }, code: 'OK' },
];

describe.each([true, false])('a server gets, straight to HTTP/2 %s,', (directHttp2) => {
  const start = () => startService([createFourKinds(handlers)], { config: { directHttp2 } });

  describe.each(cases)('$name', ({ parts, headers, halfClose, code, publicCode = code, kinds: some = kinds }) => {
    it.each(some)('in a call of kind %s', async (kind) => {
      await using server = await start();
      await using raw = connectRaw(server.target);
      const options: RawOptions = { ...(headers && { headers }), ...(halfClose === false && { halfClose }) };
      const end = await raw.call(FourKinds.methods[kind].path, parts, options);
      expect(end).toMatchObject({ httpStatus: 200, code: directHttp2 ? code : publicCode, resetCode: 0 });
      await expectWell(server);
    });
  });

  it('names the encodings that it knows', async () => {
    await using server = await start();
    await using raw = connectRaw(server.target);
    const headers = { 'grpc-encoding': 'snappy' };
    expect(await raw.call('/test.FourKinds/Bidi', [frame('a')], { headers })).toMatchObject({
      code: 'OK',
      acceptEncoding: expect.stringContaining('gzip'),
    });
  });

  it.each([['application/json'], ['text/html'], [undefined]])('the content type %s', async (type) => {
    await using server = await start();
    await using raw = connectRaw(server.target);
    const end = await raw.call('/test.FourKinds/Unary', [frame('a')], { headers: { 'content-type': type } });
    expect(end).toMatchObject({ httpStatus: 415, code: undefined });
    await expectWell(server);
  });

  it.each(['/', '/nope', '/test.FourKinds/', '/test.FourKinds/unary', '/__proto__/x', '/a?b', `/${'a'.repeat(9000)}`])(
    'the path %s',
    async (path) => {
      await using server = await start();
      await using raw = connectRaw(server.target);
      expect(await raw.call(path, [frame('a')])).toMatchObject({ httpStatus: 200, code: 'UNIMPLEMENTED' });
      await expectWell(server);
    },
  );

  it.each([
    ['100 kB of metadata', { 'x-text': 'a'.repeat(100_000) }],
    ['a thousand headers', Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x-${index}`, 'v']))],
  ])('%s, refuses the stream, and serves others', async (_name, headers) => {
    await using server = await start();
    await using raw = connectRaw(server.target);
    expect(await raw.call('/test.FourKinds/Unary', [frame('a')], { headers })).toMatchObject({ code: undefined });
    await expectWell(server);
  });

  it('protobuf that is cut off anywhere: INTERNAL, or the shorter message where that is one', async () => {
    const getFeature = (): { name: string } => ({ name: 'here' });
    const unused = (): never => {
      throw new Error('not called');
    };
    const guide = { getFeature, listFeatures: unused, recordRoute: unused, routeChat: unused };
    await using server = await startService([defineService(RouteGuide, guide)], { config: { directHttp2 } });
    await using raw = connectRaw(server.target);
    const { path, request } = RouteGuide.methods.getFeature;
    const bytes = request.encode({ latitude: 409_146_138, longitude: -746_188_906 });
    for (let length = 0; length <= bytes.length; length += 1) {
      const isWhole = [0, 6, bytes.length].includes(length); // a field is 1 + 5 and 1 + 10 bytes long
      const { code } = await raw.call(path, [frame(bytes.subarray(0, length))]);
      expect(`${length}: ${code}`).toBe(`${length}: ${isWhole ? 'OK' : 'INTERNAL'}`);
    }
    await expectWell(server);
  });

  it('bytes that cannot be decoded, and every reader who waits is told', async () => {
    const outcomes = gate<PromiseSettledResult<unknown>[]>();
    const service = createFourKinds({
      async *bidi(requests) {
        outcomes.open(await Promise.allSettled([requests.next(), requests.next(), requests.next()]));
        yield { text: 'done' };
      },
    });
    await using server = await startService([service], { config: { directHttp2 } });
    await using raw = connectRaw(server.target);
    await raw.call('/test.FourKinds/Bidi', [frame('a'), frame(Buffer.from([0xff]))]);
    expect(await outcomes).toMatchObject([
      { status: 'fulfilled', value: { value: { text: 'a' } } },
      { status: 'rejected', reason: { code: 'INTERNAL' } },
      { status: 'rejected', reason: { code: 'INTERNAL' } },
    ]);
    await expectWell(server);
  });

  it('streams that are reset as soon as they are opened, many', async () => {
    await using server = await start();
    // Node ends a connection that resets many streams: a client of this kind opens another one.
    for (let connection = 0; connection < 5; connection += 1) {
      await using raw = connectRaw(server.target);
      const closed: Promise<unknown>[] = [];
      for (let count = 0; count < 400 && !raw.session.destroyed; count += 1) {
        const headers = { ':method': 'POST', ':path': '/test.FourKinds/Bidi', 'content-type': 'application/grpc' };
        const stream = raw.session.request(headers, { endStream: false });
        stream.on('error', () => undefined);
        closed.push(new Promise((resolve) => stream.on('close', resolve)));
        stream.write(frame('a'));
        stream.close(constants.NGHTTP2_CANCEL);
      }
      await Promise.all(closed);
    }
    await expectWell(server);
  });

  it('streams that are opened and left, many', async () => {
    await using server = await start();
    {
      await using raw = connectRaw(server.target);
      for (let count = 0; count < 2000; count += 1) {
        const kind = kinds[count % kinds.length] as Kind;
        void raw.call(FourKinds.methods[kind].path, count % 3 === 0 ? [] : [frame('a')], { halfClose: false });
      }
      await until(() => raw.session.state.outboundQueueSize === 0);
      await expectServes(server.target);
    }
    await expectWell(server);
  });

  it('any bytes, in any pieces: it answers for the messages before the first bad one, and no others', async () => {
    await using server = await start();
    await using raw = connectRaw(server.target);
    await fc.assert(
      fc.asyncProperty(
        requestBytes(directHttp2),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        async (model, cuts) => {
          const { code, data } = await raw.call('/test.FourKinds/Bidi', cut(model.bytes, cuts));
          expect(code).toBe(model.code);
          expect(data.toString('hex')).toBe(model.responses.toString('hex'));
        },
      ),
      { numRuns: 150 },
    );
    await expectWell(server);
  });
});

/** Bytes of some messages, the last of which may be bad; and what is to come of them. */
function requestBytes(directHttp2: boolean) {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 });
  const good = fc.constant({ bytes: Buffer.alloc(0), code: 'OK' });
  const bad = [
    fc
      .uint8Array({ minLength: 1, maxLength: 4 })
      .map((bytes) => Buffer.from(bytes.map((byte, index) => (index === 0 ? 0 : byte)))),
    fc.integer({ min: 1, max: 1000 }).map((missing) => frame('abc', 0, 3 + missing)),
    fc.constant(frame(Buffer.from([0xc3]))),
    // The public API of grpc-js has no flag.
    ...(directHttp2 ? [fc.integer({ min: 1, max: 255 }).map((flag) => frame('abc', flag))] : []),
  ].map((bytes) => bytes.map((value) => ({ bytes: value, code: 'INTERNAL' })));
  return fc.tuple(texts, fc.oneof(good, ...bad)).map(([before, last]) => {
    const responses = Buffer.concat(before.map((text) => frame(text)));
    return { responses, bytes: Buffer.concat([responses, last.bytes]), code: last.code };
  });
}

function cut(bytes: Buffer, sizes: Iterator<number>): Buffer[] {
  const parts: Buffer[] = [];
  for (let position = 0; position < bytes.length;) {
    const end = position + Number(sizes.next().value);
    parts.push(bytes.subarray(position, end));
    position = end;
  }
  return parts;
}

async function expectServes(target: string): Promise<void> {
  const client = createClient(Health, target);
  expect(await client.check({})).toEqual({ status: 'SERVING' });
  client.$close();
}

/** It takes calls, has none open, and nothing went wrong that it did not expect. */
async function expectWell(server: Awaited<ReturnType<typeof startService>>): Promise<void> {
  await expectServes(server.target);
  await server.stop();
  expect(server.logs).toContainEqual(expect.objectContaining({ msg: 'draining', openCalls: 0 }));
  expect(server.logs.filter(({ level }) => level === 'error')).toEqual([]);
}
