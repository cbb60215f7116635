import { createClient, defineService } from '@streamworks/common';
import { collect, createPlainClient, startService } from '@streamworks/common/testing';
import { ServerStream } from '@streamworks/proto/stream/pow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandlers } from '../src/handlers.js';
import { powers } from '../src/powers.js';

const start = () => startService([defineService(ServerStream, createHandlers())]);
const connect = (target: string) => createPlainClient('stream/pow.proto', 'stream.ServerStream', target);

describe('our client', () => {
  it('gets the powers 0 to 9, in order', async () => {
    await using server = await start();
    const client = createClient(ServerStream, server.target);
    const responses = await collect(client.pow({ number: 2n }));
    expect(responses).toEqual([1n, 2n, 4n, 8n, 16n, 32n, 64n, 128n, 256n, 512n].map((number) => ({ number })));
    client.$close();
  });

  it('gets those that fit of any number, exactly, then OUT_OF_RANGE', async () => {
    await using server = await start();
    const client = createClient(ServerStream, server.target);
    // Where the first power that does not fit is anywhere from the second on.
    const base = fc
      .integer({ min: 2, max: 63 })
      .chain((bits) => fc.bigInt({ min: -(2n ** BigInt(bits)), max: 2n ** BigInt(bits) - 1n }));
    await fc.assert(
      fc.asyncProperty(base, async (number) => {
        const all = [...powers(number)];
        const tooLarge = all.findIndex((power) => BigInt.asIntN(64, power) !== power);
        const received: bigint[] = [];
        let code = 'OK';
        try {
          for await (const power of client.pow({ number })) received.push(power.number);
        } catch (error) {
          ({ code } = error as { code: string });
        }
        expect(received).toEqual(tooLarge === -1 ? all : all.slice(0, tooLarge));
        expect(code).toBe(tooLarge === -1 ? 'OK' : 'OUT_OF_RANGE');
      }),
    );
    client.$close();
  });

  it('sends nothing that does not fit', async () => {
    await using server = await start();
    const client = createClient(ServerStream, server.target);
    expect(() => client.pow({ number: 2n ** 63n })).toThrow('number: 9223372036854775808 is not between');
    expect(server.logs.some(({ msg }) => msg === 'call')).toBe(false);
    client.$close();
  });
});

describe('a client that shares no code with us', () => {
  const toPowers = (base: bigint, count: number): { number: string }[] =>
    Array.from({ length: count }, (_, exponent) => ({ number: String(base ** BigInt(exponent)) }));

  // 127 is the largest number whose ninth power fits, and -128 the smallest: its ninth power is -2^63.
  it.each([2n, 0n, 1n, -1n, -2n, 10n, 127n, -127n, -128n])('gets the ten powers of %s', async (number) => {
    await using server = await start();
    await using client = connect(server.target);
    const outcome = await client.call('Pow', [{ number: String(number) }]);
    expect(outcome).toMatchObject({ code: 'OK', message: '', responses: toPowers(number, 10) });
  });

  it.each([
    [128n, 9],
    [-129n, 9],
    [1000n, 7],
    [2n ** 31n, 3],
    [3037000500n, 2],
    [2n ** 63n - 1n, 2],
    [-(2n ** 63n), 2],
  ])('gets the powers of %s that fit, then OUT_OF_RANGE', async (number, count) => {
    await using server = await start();
    await using client = connect(server.target);
    expect(await client.call('Pow', [{ number: String(number) }])).toMatchObject({
      code: 'OUT_OF_RANGE',
      message: `number: ${number ** BigInt(count)} is not between -9223372036854775808 and 9223372036854775807`,
      responses: toPowers(number, count),
    });
  });

  it('gets the powers of 0 for an empty request', async () => {
    await using server = await start();
    await using client = connect(server.target);
    expect(await client.call('Pow', [{}])).toMatchObject({ code: 'OK', responses: toPowers(0n, 10) });
  });

  it.each([
    ['a varint that ends early', [0x08, 0xff]],
    ['a number of the wrong type', [0x0a, 1, 0x31]],
  ])('gets INTERNAL for %s', async (_case, bytes) => {
    await using server = await start();
    await using client = connect(server.target);
    expect(await client.callRaw('Pow', [Buffer.from(bytes)])).toMatchObject({
      code: 'INTERNAL',
      message: 'the request is no whole message',
      responses: [],
    });
  });

  it('finds health and reflection', async () => {
    await using server = await start();
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', server.target);
    for (const service of ['', 'stream.ServerStream']) {
      expect(await health.call('Check', [{ service }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    expect(await health.call('Check', [{ service: 'stream.ClientStream' }])).toMatchObject({ code: 'NOT_FOUND' });
    for (const version of ['v1', 'v1alpha']) {
      const name = `grpc.reflection.${version}.ServerReflection`;
      await using reflection = createPlainClient(`grpc/reflection/${version}/reflection.proto`, name, server.target);
      const { responses } = await reflection.call('ServerReflectionInfo', [{ listServices: '' }]);
      expect(responses[0].listServicesResponse.service).toContainEqual({ name: 'stream.ServerStream' });
    }
  });
});
