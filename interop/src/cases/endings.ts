import { setImmediate as nextTurn } from 'node:timers/promises';
import { expectFailure, expectSame } from '../expect.js';
import type { Peer } from '../peer.js';
import { takeTurns } from './take-turns.js';

/** A code and a message come back as they were asked for, from a unary call and from a stream. */
export async function statusCodeAndMessage({ tests }: Peer): Promise<void> {
  const request = { responseStatus: { code: 2, message: 'test status message' } };
  const unary = await expectFailure(tests.unaryCall(request), 'UNKNOWN');
  expectSame('the message of UnaryCall', unary.statusMessage, request.responseStatus.message);
  const stream = await expectFailure(tests.fullDuplexCall([request]).next(), 'UNKNOWN');
  expectSame('the message of FullDuplexCall', stream.statusMessage, request.responseStatus.message);
}

/** A message with white space, and with characters from inside and outside the BMP, comes back unchanged. */
export async function specialStatusMessage({ tests }: Peer): Promise<void> {
  const message = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
  const { statusMessage } = await expectFailure(tests.unaryCall({ responseStatus: { code: 2, message } }), 'UNKNOWN');
  expectSame('the message', statusMessage, message);
}

/** A method that a known service has not implemented. */
export async function unimplementedMethod({ tests }: Peer): Promise<void> {
  await expectFailure(tests.unimplementedCall({}), 'UNIMPLEMENTED');
}

/** A service that nobody has implemented. */
export async function unimplementedService({ unimplemented }: Peer): Promise<void> {
  await expectFailure(unimplemented.unimplementedCall({}), 'UNIMPLEMENTED');
}

/** The client cancels after its metadata has gone out, and before any request. */
export async function cancelAfterBegin({ tests, connected }: Peer): Promise<void> {
  await connected();
  const controller = new AbortController();
  const call = tests.streamingInputCall(never, { signal: controller.signal });
  await nextTurn();
  controller.abort();
  await expectFailure(call, 'CANCELLED');
}

/** The client cancels when it has the first response. */
export async function cancelAfterFirstResponse({ tests }: Peer): Promise<void> {
  const controller = new AbortController();
  const request = { responseParameters: [{ size: 31_415 }], payload: { body: Buffer.alloc(27_182) } };
  const responses = tests.fullDuplexCall(takeTurns([request]).requests, { signal: controller.signal });
  const first = await responses.next();
  expectSame('the size of the response', first.value?.payload?.body.length, 31_415);
  controller.abort();
  await expectFailure(responses.next(), 'CANCELLED');
}

/** The deadline passes while the server waits for another request. */
export async function timeoutOnSleepingServer({ tests, connected }: Peer): Promise<void> {
  // The deadline would pass where nobody answers, too.
  await connected();
  const request = { payload: { body: Buffer.alloc(27_182) } };
  const responses = tests.fullDuplexCall(takeTurns([request]).requests, { timeoutMs: 1 });
  await expectFailure(responses.next(), 'DEADLINE_EXCEEDED');
}

/** Requests that are neither sent nor ended. */
const never: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
};
