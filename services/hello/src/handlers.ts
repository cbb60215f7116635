import { invalidArgument, type Handlers } from '@streamworks/common';
import type { SayHello } from '@streamworks/proto/hello';
import { toGreeting } from './greeting.js';

/** The longest name, in bytes of UTF-8. */
const MAX_NAME_BYTES = 128;

/** Greets. The header `x-request-id` is set by the streaming layer; the trailer shows how long the handler took. */
export const createHandlers = (): Handlers<typeof SayHello> => ({
  hello({ name }, { responseTrailer }) {
    const start = performance.now();
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
      throw invalidArgument('name', `is longer than ${MAX_NAME_BYTES} bytes`);
    }
    const msg = toGreeting(name);
    responseTrailer.set('x-duration-ms', (performance.now() - start).toFixed(3));
    return { msg };
  },
});
