import { Health } from '@streamworks/proto/grpc/health/v1/health';
import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient, defineService, type Handlers } from '../src/index.js';
import { collect, gate, startService } from '../src/testing/index.js';
import { cases } from '../torture/hostile/cases.js';
import { fuzzCalls } from '../torture/hostile/fuzz-calls.js';
import { fuzzFrames } from '../torture/hostile/fuzz-frames.js';
import { leaveMany } from '../torture/hostile/leave-many.js';
import { cut, requestBytes } from '../torture/hostile/request-bytes.js';
import { resetMany } from '../torture/hostile/reset-many.js';
import { runTrial } from '../torture/hostile/run-trial.js';
import { FourKinds, kinds } from './support/four-kinds.js';
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

  it(
    'any bytes, in any pieces: it answers for the messages before the first bad one, and no others',
    { timeout: 30_000 },
    async () => {
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
    },
  );
});

/** A little of what `pnpm torture --only hostile` does for minutes. */
describe.each([true, false])(
  'a server in a process of its own, straight to HTTP/2 %s, takes no harm of',
  (directHttp2) => {
    it.each([
      ['calls that are wrong', fuzzCalls({ cases: 50 }), fuzzCalls({ cases: 100 })],
      ['rapid resets', resetMany(400), resetMany(800)],
      ['streams that are left', leaveMany(200), leaveMany(1_000)],
    ])('%s', { timeout: 60_000 }, async (_name, warmUp, attack) => {
      expect(await runTrial({ directHttp2, warmUp, attack })).toMatchObject({ faults: [] });
    });

    it.each([
      ['frames that are wrong', fuzzFrames({ cases: 150 })],
      ['resets that Node ends the connection for', resetMany(1_600)],
    ])('%s', { timeout: 60_000 }, async (_name, attack) => {
      expect(await runTrial({ directHttp2, warmUp: attack, attack, isBrief: true })).toMatchObject({ faults: [] });
    });
  },
);

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
