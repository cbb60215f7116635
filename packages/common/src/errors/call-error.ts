import { decodeDetails, type ReceivedDetail } from './error-details.js';
import type { ErrorCode, StatusError } from './status-error.js';
import { toStatus } from './to-status.js';

/** What is known of a call that failed. */
export interface CallFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The path of the method. */
  readonly method: string;
  /** The value of the trailer `grpc-status-details-bin`. */
  readonly details?: Buffer;
}

/**
 * A call of ours that ended with a status other than OK. It is no {@link StatusError}: a handler that lets it through
 * answers INTERNAL, so that a service behind another one cannot speak to that one's callers by accident.
 */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: ErrorCode;
  /** The path of the method that was called: `/stream.ServerStream/Pow`. */
  readonly method: string;
  /** The message as the server sent it; `message` has the code and the method before it. */
  readonly statusMessage: string;
  /** The decoded `google.rpc` details. */
  readonly details: readonly ReceivedDetail[];

  constructor({ code, message, method, details }: CallFailure) {
    super(`${method}: ${code}: ${message}`);
    this.code = code;
    this.method = method;
    this.statusMessage = message;
    this.details = details === undefined ? [] : decodeDetails(details);
  }

  /** What an interceptor has thrown, in the form in which it would have come from a server. */
  static from(error: StatusError, method: string): CallError {
    const { message, details } = toStatus(error);
    return new CallError({ code: error.code, message, method, ...(details && { details }) });
  }
}
