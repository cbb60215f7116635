import { createClient, defineService } from '@streamworks/common';
import { createPlainClient, startService, until } from '@streamworks/common/testing';
import { ClientStream } from '@streamworks/proto/stream/sum';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandlers } from '../src/handlers.js';

const start = () => startService([defineService(ClientStream, createHandlers())]);
const connect = (target: string) => createPlainClient('stream/sum.proto', 'stream.ClientStream', target);

const LEAST = '-9223372036854775808';
const MOST = '9223372036854775807';

describe('our client', () => {
  it('gets the sum of a stream', async () => {
    await using server = await start();
    const client = createClient(ClientStream, server.target);
    const digits = Array.from({ length: 10 }, (_, index) => ({ data: BigInt(index) }));
    expect(await client.sum(digits)).toEqual({ sum: 45n });
    expect(await client.sum([])).toEqual({ sum: 0n });
    client.$close();
  });

  it('gets any sum exactly, or OUT_OF_RANGE', async () => {
    await using server = await start();
    const client = createClient(ClientStream, server.target);
    const int64 = fc.bigInt({ min: BigInt(LEAST), max: BigInt(MOST) });
    await fc.assert(
      fc.asyncProperty(fc.array(int64, { maxLength: 20 }), async (numbers) => {
        const exact = numbers.reduce((total, number) => total + number, 0n);
        const sum = client.sum(numbers.map((data) => ({ data })));
        if (BigInt.asIntN(64, exact) === exact) expect(await sum).toEqual({ sum: exact });
        else await expect(sum).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
      }),
    );
    client.$close();
  });

  it('streams a hundred thousand numbers', async () => {
    await using server = await start();
    const client = createClient(ClientStream, server.target);
    async function* numbers(): AsyncGenerator<{ data: bigint }> {
      for (let data = 1n; data <= 100_000n; data += 1n) yield { data };
    }
    expect(await client.sum(numbers())).toEqual({ sum: 5_000_050_000n });
    expect(server.logs.filter(({ msg }) => msg === 'call')).toMatchObject([
      { code: 'OK', kind: 'client_stream', received: 100_000, sent: 1 },
    ]);
    client.$close();
  });
});

describe('a client that shares no code with us', () => {
  it.each([
    ['0 to 9', ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], '45'],
    ['nothing', [], '0'],
    ['the most', [MOST], MOST],
    ['the least', [LEAST], LEAST],
    ['both ends', [LEAST, MOST], '-1'],
    ['what a double would round', ['9007199254740992', '1'], '9007199254740993'],
    ['what leaves int64 and comes back', [MOST, MOST, MOST, LEAST, LEAST, LEAST], '-3'],
  ])('gets the sum of %s', async (_case, numbers, sum) => {
    await using server = await start();
    await using client = connect(server.target);
    const outcome = await client.call(
      'Sum',
      numbers.map((data) => ({ data })),
    );
    expect(outcome).toMatchObject({ code: 'OK', responses: [{ sum }] });
  });

  it.each([
    ['above', [MOST, '1'], '9223372036854775808'],
    ['below', [LEAST, '-1'], '-9223372036854775809'],
  ])('gets OUT_OF_RANGE for a sum %s int64', async (_case, numbers, sum) => {
    await using server = await start();
    await using client = connect(server.target);
    const outcome = await client.call(
      'Sum',
      numbers.map((data) => ({ data })),
    );
    expect(outcome).toMatchObject({
      code: 'OUT_OF_RANGE',
      message: `sum: ${sum} does not fit in int64`,
      responses: [],
    });
  });

  it('gets no sum for a stream that it cancels', async () => {
    await using server = await start();
    await using client = connect(server.target);
    const call = client.open('Sum');
    call.on('error', () => undefined);
    call.write({ data: '1' });
    const check = await client.call('Sum', [{ data: '2' }]);
    expect(check).toMatchObject({ responses: [{ sum: '2' }] });
    call.cancel();
    await until(() => server.logs.filter(({ msg }) => msg === 'call').length === 2);
    expect(server.logs.at(-1)).toMatchObject({ code: 'CANCELLED', received: 1, sent: 0 });
  });

  it('gets INTERNAL for a request that is no whole message, and no sum', async () => {
    await using server = await start();
    await using client = connect(server.target);
    const one = Buffer.from([0x08, 1]);
    const outcome = await client.callRaw('Sum', [one, Buffer.from([0x08, 0x80]), one]);
    expect(outcome).toMatchObject({ code: 'INTERNAL', message: 'the request is no whole message', responses: [] });
    expect(await client.callRaw('Sum', [one, one])).toMatchObject({ code: 'OK', responses: [Buffer.from([0x08, 2])] });
  });

  it('finds health and reflection', async () => {
    await using server = await start();
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', server.target);
    for (const service of ['', 'stream.ClientStream']) {
      expect(await health.call('Check', [{ service }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    expect(await health.call('Check', [{ service: 'ClientStream' }])).toMatchObject({ code: 'NOT_FOUND' });
    for (const version of ['v1', 'v1alpha']) {
      const name = `grpc.reflection.${version}.ServerReflection`;
      await using reflection = createPlainClient(`grpc/reflection/${version}/reflection.proto`, name, server.target);
      const { responses } = await reflection.call('ServerReflectionInfo', [{ listServices: '' }]);
      expect(responses[0].listServicesResponse.service).toContainEqual({ name: 'stream.ClientStream' });
    }
  });
});
