import { expectSame } from '../expect.js';
import type { Peer } from '../peer.js';
import { largeRequestSize, largeResponseSize } from './sizes.js';

/** A request and a response of no bytes. */
export async function emptyUnary({ tests }: Peer): Promise<void> {
  expectSame('the response', JSON.stringify(await tests.emptyCall({})), '{}');
}

/** A request and a response that are larger than a window of HTTP/2. */
export async function largeUnary({ tests }: Peer): Promise<void> {
  const { payload } = await tests.unaryCall({
    responseSize: largeResponseSize,
    payload: { body: Buffer.alloc(largeRequestSize) },
  });
  expectSame('the type of the payload', payload?.type, 'COMPRESSABLE');
  expectSame('the size of the payload', payload?.body.length, largeResponseSize);
  expectSame(
    'whether the payload is zeros',
    payload?.body.every((byte) => byte === 0),
    true,
  );
}

/**
 * A response that the server is asked to compress, and one that it is asked not to. Whether it did cannot be seen from
 * here: what counts is that both are read.
 */
export async function serverCompressedUnary({ tests }: Peer): Promise<void> {
  for (const value of [true, false]) {
    const { payload } = await tests.unaryCall({
      responseCompressed: { value },
      responseSize: largeResponseSize,
      payload: { body: Buffer.alloc(largeRequestSize) },
    });
    expectSame('the size of the payload', payload?.body.length, largeResponseSize);
  }
}
