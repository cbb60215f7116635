import { once } from 'node:events';
import { createClient, defineService } from '@streamworks/common';
import { collect, createPlainClient, gate, startService } from '@streamworks/common/testing';
import { AllStreamServer } from '@streamworks/proto/helloworld/all_stream';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { describe, expect, it } from 'vitest';
import { createAllStreamHandlers, createSqrtHandlers } from '../src/handlers.js';

const SQRT = 'stream.BidirectionalStreamServer';
const ALL_STREAM = 'helloworld.AllStreamServer';

const start = () =>
  startService([
    defineService(BidirectionalStreamServer, createSqrtHandlers()),
    defineService(AllStreamServer, createAllStreamHandlers()),
  ]);
const connectSqrt = (target: string) => createPlainClient('stream/sqrt.proto', SQRT, target);
const connectAllStream = (target: string) => createPlainClient('helloworld/all_stream.proto', ALL_STREAM, target);

describe('our client', () => {
  it('gets each root before it sends the next number', async () => {
    await using server = await start();
    const client = createClient(BidirectionalStreamServer, server.target);
    let answered = gate();
    async function* numbers(): AsyncGenerator<{ number: number }> {
      for (let number = 0; number < 10; number += 1) {
        answered = gate();
        yield { number };
        await answered;
      }
    }
    const roots: number[] = [];
    for await (const { sqrt } of client.sqrt(numbers())) {
      roots.push(sqrt);
      answered.open();
    }
    expect(roots).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(Math.sqrt));
    client.$close();
  });

  it('gets ten thousand roots in order', async () => {
    await using server = await start();
    const client = createClient(BidirectionalStreamServer, server.target);
    const numbers = Array.from({ length: 10_000 }, (_, index) => ({ number: index / 7 }));
    expect(await collect(client.sqrt(numbers))).toEqual(numbers.map(({ number }) => ({ sqrt: Math.sqrt(number) })));
    client.$close();
  });

  it('gets the roots before the text that is no number, then its detail', async () => {
    await using server = await start();
    const client = createClient(AllStreamServer, server.target);
    const roots: string[] = [];
    const reading = (async () => {
      for await (const { data } of client.allStream(['4', '9', 'x', '16'].map((data) => ({ data })))) roots.push(data);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      statusMessage: 'data: is no decimal number such as 2, -0.5 or 1e-7',
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'data' }] } }],
    });
    expect(roots).toEqual(['2', '3']);
    client.$close();
  });
});

describe('a client that shares no code with us', () => {
  it.each([
    [SQRT, connectSqrt, 'Sqrt', { number: 9 }, { sqrt: 3 }],
    [ALL_STREAM, connectAllStream, 'AllStream', { data: '9' }, { data: '3' }],
  ])('gets each response of %s before it sends the next request', async (_name, connect, method, request, response) => {
    await using server = await start();
    await using client = connect(server.target);
    const call = client.open(method);
    for (let round = 0; round < 100; round += 1) {
      call.write(request);
      expect(await once(call, 'data')).toEqual([response]);
    }
    call.end();
    expect(await once(call, 'status')).toMatchObject([{ code: 0 }]);
  });

  it('gets the roots that IEEE 754 has, and the stream goes on after NaN', async () => {
    await using server = await start();
    await using client = connectSqrt(server.target);
    const numbers = [-1, NaN, -Infinity, Infinity, -0, 0, 5e-324, Number.MAX_VALUE, 2];
    const { code, responses } = await client.call(
      'Sqrt',
      numbers.map((number) => ({ number })),
    );
    expect(code).toBe('OK');
    expect(responses).toEqual(
      [NaN, NaN, NaN, Infinity, -0, 0, Math.sqrt(5e-324), Math.sqrt(Number.MAX_VALUE), Math.SQRT2].map((sqrt) => ({
        sqrt,
      })),
    );
  });

  it('gets nothing and OK for an empty stream', async () => {
    await using server = await start();
    await using client = connectSqrt(server.target);
    expect(await client.call('Sqrt', [])).toMatchObject({ code: 'OK', responses: [] });
    await using texts = connectAllStream(server.target);
    expect(await texts.call('AllStream', [])).toMatchObject({ code: 'OK', responses: [] });
  });

  it('gets the shortest text that reads back to the same double', async () => {
    await using server = await start();
    await using client = connectAllStream(server.target);
    const roots = {
      '9': '3',
      '2': '1.4142135623730951',
      '+0.25': '0.5',
      '1e-7': '0.00031622776601683794',
      '1e300': '1e+150',
      '1e0': '1',
      '-0': '-0',
      '0': '0',
      '-2': 'NaN',
      '1e400': 'Infinity',
      '-1e-400': '-0',
      Infinity: 'Infinity',
      '-Infinity': 'NaN',
      NaN: 'NaN',
    };
    const { code, responses } = await client.call(
      'AllStream',
      Object.keys(roots).map((data) => ({ data })),
    );
    expect(code).toBe('OK');
    expect(responses.map(({ data }) => data)).toEqual(Object.values(roots));
  });

  it.each([
    '',
    ' ',
    ' 4',
    '4 ',
    '4\n',
    '0x10',
    '.5',
    '5.',
    '1E3',
    '1e',
    '+',
    'Inf',
    '+Infinity',
    'nan',
    '4,0',
    '4 5',
    '４',
  ])('gets INVALID_ARGUMENT for %j, after the roots of the numbers before it', async (bad) => {
    await using server = await start();
    await using client = connectAllStream(server.target);
    const description = 'is no decimal number such as 2, -0.5 or 1e-7';
    expect(
      await client.call(
        'AllStream',
        ['4', '9', bad, '16'].map((data) => ({ data })),
      ),
    ).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `data: ${description}`,
      responses: [{ data: '2' }, { data: '3' }],
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'data', description }] } }],
    });
  });

  it('gets the roots of the whole messages before the one that is cut, then INTERNAL', async () => {
    await using server = await start();
    await using client = connectSqrt(server.target);
    const nine = Buffer.from([0x09, 0, 0, 0, 0, 0, 0, 0x22, 0x40]);
    const three = Buffer.from([0x09, 0, 0, 0, 0, 0, 0, 0x08, 0x40]);
    expect(await client.callRaw('Sqrt', [nine, nine, nine.subarray(0, 5), nine])).toMatchObject({
      code: 'INTERNAL',
      message: 'the request is no whole message',
      responses: [three, three],
    });
  });

  it('finds health and reflection', async () => {
    await using server = await start();
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', server.target);
    for (const service of ['', SQRT, ALL_STREAM]) {
      expect(await health.call('Check', [{ service }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    expect(await health.call('Check', [{ service: 'nobody' }])).toMatchObject({ code: 'NOT_FOUND' });
    for (const [service, status] of [
      [SQRT, 'SERVING'],
      ['nobody', 'SERVICE_UNKNOWN'],
    ]) {
      const watch = health.open('Watch');
      watch.on('error', () => undefined);
      watch.end({ service });
      expect(await once(watch, 'data')).toEqual([{ status }]);
      watch.cancel();
    }
    for (const version of ['v1', 'v1alpha']) {
      const name = `grpc.reflection.${version}.ServerReflection`;
      await using reflection = createPlainClient(`grpc/reflection/${version}/reflection.proto`, name, server.target);
      const { responses } = await reflection.call('ServerReflectionInfo', [
        { listServices: '' },
        { fileContainingSymbol: SQRT },
        { fileContainingSymbol: 'google.rpc.BadRequest' },
      ]);
      const services = [
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
        ALL_STREAM,
        SQRT,
      ];
      expect(responses[0].listServicesResponse.service).toEqual(services.map((service) => ({ name: service })));
      expect(responses[1].fileDescriptorResponse.fileDescriptorProto).toHaveLength(1);
      expect(responses[2].fileDescriptorResponse.fileDescriptorProto.length).toBeGreaterThan(0);
    }
  });
});
