import { invalidArgument, type Handlers } from '@streamworks/common';
import type { AllStreamServer } from '@streamworks/proto/helloworld/all_stream';
import type { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { readDecimal, toDecimal } from './decimal.js';

/** One root for each number, as it comes. IEEE 754: the root of a negative number is NaN, and the stream goes on. */
export const createSqrtHandlers = (): Handlers<typeof BidirectionalStreamServer> => ({
  async *sqrt(requests) {
    for await (const { number } of requests) yield { sqrt: Math.sqrt(number) };
  },
});

/** The same with decimal strings. */
export const createAllStreamHandlers = (): Handlers<typeof AllStreamServer> => ({
  async *allStream(requests) {
    for await (const { data } of requests) {
      const number = readDecimal(data);
      if (number === undefined) throw invalidArgument('data', 'is no decimal number such as 2, -0.5 or 1e-7');
      yield { data: toDecimal(Math.sqrt(number)) };
    }
  },
});
