import { StatusError, type Handlers } from '@streamworks/common';
import type { ClientStream } from '@streamworks/proto/stream/sum';
import { isInt64 } from './int64.js';

/** Adds up exactly: the sum may leave int64 on the way, but must fit at the end of the stream. */
export const createHandlers = (): Handlers<typeof ClientStream> => ({
  async sum(requests) {
    let sum = 0n;
    for await (const batch of requests.batches()) for (const { data } of batch) sum += data;
    if (!isInt64(sum)) throw new StatusError('OUT_OF_RANGE', `sum: ${sum} does not fit in int64`);
    return { sum };
  },
});
