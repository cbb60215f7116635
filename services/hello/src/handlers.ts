import { invalidArgument, readBytes, StatusError, type Handlers } from '@streamworks/common';
import type { SayHello } from '@streamworks/proto/hello';
import { toGreeting } from './greeting.js';

/** The longest name, in bytes of UTF-8. */
const MAX_NAME_BYTES = 128;

/** The longest note, in bytes. */
const MAX_NOTE_BYTES = 1024;

/**
 * Greets. The header `x-request-id` is set by the streaming layer; the trailer shows how long the handler took, and brings
 * the note back that came with the request.
 */
export const createHandlers = (): Handlers<typeof SayHello> => ({
  hello({ name }, { metadata, sendHeader, responseTrailer }) {
    const start = performance.now();
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
      throw invalidArgument('name', `is longer than ${MAX_NAME_BYTES} bytes`);
    }
    const note = readBytes(metadata, 'note-bin');
    if (note !== undefined && note.length > MAX_NOTE_BYTES) {
      throw new StatusError('INVALID_ARGUMENT', `note-bin: is longer than ${MAX_NOTE_BYTES} bytes`);
    }
    sendHeader(); // the client has its request id before the greeting is made
    if (note !== undefined) responseTrailer.set('note-bin', note);
    const msg = toGreeting(name);
    responseTrailer.set('x-duration-ms', (performance.now() - start).toFixed(3));
    return { msg };
  },
});
