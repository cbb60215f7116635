import type { Responses } from '@streamworks/common';
import type { StreamingOutputCallResponse } from '@streamworks/proto/grpc/testing/messages';
import { expectSame } from '../expect.js';
import type { Peer } from '../peer.js';
import { requestSizes, responseSizes } from './sizes.js';
import { takeTurns } from './take-turns.js';

/** Four requests, one response with the sum of their sizes. */
export async function clientStreaming({ tests }: Peer): Promise<void> {
  const requests = requestSizes.map((size) => ({ payload: { body: Buffer.alloc(size) } }));
  const { aggregatedPayloadSize } = await tests.streamingInputCall(requests);
  expectSame('the aggregated size', aggregatedPayloadSize, 74_922);
}

/** One request, four responses of the sizes that it asks for. */
export async function serverStreaming({ tests }: Peer): Promise<void> {
  const responseParameters = responseSizes.map((size) => ({ size }));
  await expectResponses(tests.streamingOutputCall({ responseParameters }), responseSizes);
}

/** One request, a response that the server is asked to compress, and one that it is asked not to. */
export async function serverCompressedStreaming({ tests }: Peer): Promise<void> {
  const sizes = [31_415, 92_653];
  const responseParameters = sizes.map((size, index) => ({ size, compressed: { value: index === 0 } }));
  await expectResponses(tests.streamingOutputCall({ responseParameters }), sizes);
}

/** Four requests, each sent when the one before it has been answered. */
export async function pingPong({ tests }: Peer): Promise<void> {
  const { requests, onAnswer } = takeTurns(
    requestSizes.map((size, index) => ({
      responseParameters: [{ size: responseSizes[index] }],
      payload: { body: Buffer.alloc(size) },
    })),
  );
  await expectResponses(tests.fullDuplexCall(requests), responseSizes, onAnswer);
}

/** No request and no response. */
export async function emptyStream({ tests }: Peer): Promise<void> {
  await expectResponses(tests.fullDuplexCall([]), []);
}

async function expectResponses(
  responses: Responses<StreamingOutputCallResponse>,
  sizes: readonly number[],
  onResponse: () => void = () => undefined,
): Promise<void> {
  let count = 0;
  for await (const { payload } of responses) {
    expectSame(`the size of response ${count + 1}`, payload?.body.length, sizes[count]);
    expectSame(
      `whether response ${count + 1} is zeros`,
      payload?.body.every((byte) => byte === 0),
      true,
    );
    count += 1;
    onResponse();
  }
  expectSame('the number of responses', count, sizes.length);
}
