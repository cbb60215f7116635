import { defineService, type Context } from '@streamworks/common';
import { collect, createTestContext, from } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { createHandlers } from './handlers.js';
import { ServedTestService } from './served-test-service.js';

const handlers = createHandlers({ serverId: 'server-1', maxPayloadBytes: 1000 });

/** A decoded request: the fields that are not given have protobuf's defaults. */
type Name = keyof typeof ServedTestService.methods;
function decode(name: Name, fields: object): any {
  const { request } = ServedTestService.methods[name];
  return request.decode(request.encode(fields));
}
const call = (name: Name, fields: object, context: Context<any> = createTestContext()): any =>
  handlers[name](decode(name, fields) as never, context);
const callStream = (name: Name, fields: object[], context: Context<any> = createTestContext()): any =>
  handlers[name](from(fields.map((one) => decode(name, one))) as never, context);
const sizesOf = (responses: any[]): number[] => responses.map(({ payload }) => payload.body.length);

describe('the contract that is served', () => {
  it('is all of TestService but UnimplementedCall', () => {
    const { contract, methods } = defineService(ServedTestService, handlers);
    expect(contract.name).toBe('grpc.testing.TestService');
    expect(methods.map(({ method }) => method.name)).toEqual([
      'EmptyCall',
      'UnaryCall',
      'CacheableUnaryCall',
      'StreamingOutputCall',
      'StreamingInputCall',
      'FullDuplexCall',
      'HalfDuplexCall',
    ]);
  });
});

describe('unaryCall', () => {
  it('responds with zeros of the size that is asked for', () => {
    expect(call('unaryCall', { responseSize: 5 }).payload).toEqual({ type: 'COMPRESSABLE', body: Buffer.alloc(5) });
  });

  it('names the server where it is asked to', () => {
    expect(call('unaryCall', { fillServerId: true }).serverId).toBe('server-1');
    expect(call('unaryCall', {}).serverId).toBe('');
  });

  it.each([
    [1, 'CANCELLED'],
    [2, 'UNKNOWN'],
    [5, 'NOT_FOUND'],
    [12, 'UNIMPLEMENTED'],
    [14, 'UNAVAILABLE'],
    [16, 'UNAUTHENTICATED'],
    [17, 'UNKNOWN'],
    [-1, 'UNKNOWN'],
  ])('ends with the status that is asked for: %i is %s', (code, name) => {
    expect(() => call('unaryCall', { responseStatus: { code, message: 'as asked' } })).toThrow(
      expect.objectContaining({ code: name, message: 'as asked' }),
    );
  });

  it('takes code 0 for no status', () => {
    expect(call('unaryCall', { responseStatus: { code: 0 }, responseSize: 1 }).payload.body).toHaveLength(1);
  });

  it('refuses sizes that cannot be', () => {
    expect(() => call('unaryCall', { responseSize: -1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(() => call('unaryCall', { responseSize: 2 ** 31 - 1 })).toThrow(
      expect.objectContaining({ code: 'RESOURCE_EXHAUSTED' }),
    );
  });

  it('refuses a type of payload that it does not know', () => {
    const request = ServedTestService.methods.unaryCall.request.decode(Buffer.from([0x08, 0x02]));
    expect(() => handlers.unaryCall(request, createTestContext())).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('cacheableUnaryCall', () => {
  it('responds with the time, never twice the same, and says how long that may be kept', () => {
    const context = createTestContext();
    const texts = [1, 2, 3].map(() => call('cacheableUnaryCall', {}, context).payload.body.toString());
    expect(new Set(texts).size).toBe(3);
    const milliseconds = Number(BigInt(texts[0]) / 1_000_000n);
    expect(Math.abs(milliseconds - Date.now())).toBeLessThan(60_000);
    expect(context.responseHeader.get('cache-control')).toEqual(['max-age=60, public']);
  });
});

describe('streamingOutputCall', () => {
  it('responds once for each of the sizes, in order', async () => {
    const responseParameters = [{ size: 3 }, { size: 0 }, { size: 7 }];
    expect(sizesOf(await collect(call('streamingOutputCall', { responseParameters })))).toEqual([3, 0, 7]);
  });

  it('waits before each response, one interval after the other', async () => {
    const started = performance.now();
    const responseParameters = [{ intervalUs: 20_000 }, { intervalUs: 30_000 }];
    await collect(call('streamingOutputCall', { responseParameters }));
    expect(performance.now() - started).toBeGreaterThanOrEqual(48); // a timer may fire a millisecond early
  });

  it('does not wait on when the call is cancelled', async () => {
    const context = createTestContext();
    const responses = call('streamingOutputCall', { responseParameters: [{ intervalUs: 2 ** 31 - 1 }] }, context);
    const first = responses.next();
    context.cancel();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells the address of the caller where it is asked to', async () => {
    const context = createTestContext({ peer: '192.0.2.1:1234' });
    const responseParameters = [{ fillPeerSocketAddress: { value: true } }, {}];
    const responses = await collect<any>(call('streamingOutputCall', { responseParameters }, context));
    expect(responses.map(({ peerSocketAddress }) => peerSocketAddress)).toEqual(['192.0.2.1:1234', '']);
  });
});

describe('streamingInputCall', () => {
  it('responds with the sum of the sizes', async () => {
    const requests = [{ payload: { body: Buffer.alloc(3) } }, {}, { payload: { body: Buffer.alloc(4) } }];
    expect(await callStream('streamingInputCall', requests)).toEqual({ aggregatedPayloadSize: 7 });
    expect(await callStream('streamingInputCall', [])).toEqual({ aggregatedPayloadSize: 0 });
  });
});

describe('fullDuplexCall', () => {
  it('responds to each request before it reads the next', async () => {
    let asked = 0;
    async function* requests(): AsyncGenerator {
      for (const size of [1, 2]) {
        asked += 1;
        yield decode('fullDuplexCall', { responseParameters: [{ size }] });
      }
    }
    const responses: any = handlers.fullDuplexCall(from(requests()) as never, createTestContext());
    expect((await responses.next()).value.payload.body).toHaveLength(1);
    expect(asked).toBe(1);
    expect((await responses.next()).value.payload.body).toHaveLength(2);
    expect(await responses.next()).toMatchObject({ done: true });
  });

  it('reads no further after the request that asks for a status', async () => {
    const requests = [
      { responseParameters: [{ size: 1 }] },
      { responseStatus: { code: 3, message: 'enough' }, responseParameters: [{ size: 2 }] },
      { responseParameters: [{ size: 3 }] },
    ];
    const responses = callStream('fullDuplexCall', requests);
    expect((await responses.next()).value.payload.body).toHaveLength(1);
    await expect(responses.next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'enough' });
  });
});

describe('halfDuplexCall', () => {
  it('responds when all requests have come, to each in its turn', async () => {
    let isEnded = false;
    async function* requests(): AsyncGenerator {
      yield decode('halfDuplexCall', { responseParameters: [{ size: 1 }, { size: 2 }] });
      yield decode('halfDuplexCall', { responseParameters: [{ size: 3 }] });
      isEnded = true;
    }
    const responses: any = handlers.halfDuplexCall(from(requests()) as never, createTestContext());
    const first = await responses.next();
    expect(isEnded).toBe(true);
    expect(sizesOf([first.value, ...(await collect(responses))])).toEqual([1, 2, 3]);
  });
});
