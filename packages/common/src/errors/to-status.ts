import { EncodeError } from '@streamworks/proto';
import { encodeDetails } from './error-details.js';
import { StatusError, statusCodes, type StatusCode } from './status-error.js';

/** What goes over the wire at the end of a call. */
export interface WireStatus {
  readonly code: StatusCode;
  readonly message: string;
  /** The value of the trailer `grpc-status-details-bin`. */
  readonly details?: Buffer;
  /** Whether the error is a fault of the server that has to be looked into: the log gets it whole. */
  readonly unexpected: boolean;
}

/** The most bytes that a message takes on the wire, where it is percent-encoded. */
const MAX_MESSAGE_BYTES = 1024;

/** The one table from anything that a handler throws to a status. What is not in it is INTERNAL, and says nothing. */
export function toStatus(error: unknown): WireStatus {
  if (error instanceof StatusError) {
    const message = toWireMessage(error.message);
    try {
      const details = encodeDetails(statusCodes[error.code], message, error.details);
      return { code: error.code, message, ...(details && { details }), unexpected: false };
    } catch {
      // A detail that cannot be encoded is a fault of the server, and must not cost the caller the status.
      return { code: error.code, message, unexpected: true };
    }
  }
  return { code: 'INTERNAL', message: 'internal error', unexpected: true };
}

/**
 * What a response that cannot be encoded is to its caller: OUT_OF_RANGE where a number does not fit its field. Only for
 * responses: the same error of a call that a handler makes is a fault of the server.
 */
export function toResponseError(error: unknown): unknown {
  if (!(error instanceof EncodeError) || error.reason !== 'range') return error;
  return new StatusError('OUT_OF_RANGE', error.message, { cause: error });
}

/** Cuts a message so that its percent-encoded form is at most 1 KiB, never inside a character. */
export function toWireMessage(message: string): string {
  let bytes = 0;
  let end = 0;
  const text = message.toWellFormed(); // half a surrogate pair cannot be percent-encoded
  for (const character of text) {
    bytes += encodeURI(character).length;
    if (bytes > MAX_MESSAGE_BYTES) return text.slice(0, end);
    end += character.length;
  }
  return text;
}
