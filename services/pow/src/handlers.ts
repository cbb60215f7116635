import type { Handlers } from '@streamworks/common';
import type { ServerStream } from '@streamworks/proto/stream/pow';
import { powers } from './powers.js';

/** A power that does not fit in int64 cannot be encoded: the powers before it have gone out, the call is OUT_OF_RANGE. */
export const createHandlers = (): Handlers<typeof ServerStream> => ({
  async *pow({ number }) {
    for (const power of powers(number)) yield { number: power };
  },
});
