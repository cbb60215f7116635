import type { ErrorDetail } from './error-details.js';

/** The status codes of gRPC: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const statusCodes = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** The name of a status code. */
export type StatusCode = keyof typeof statusCodes;

/** The code of a call that failed. */
export type ErrorCode = Exclude<StatusCode, 'OK'>;

const namesByNumber = new Map<number, StatusCode>(
  Object.entries(statusCodes).map(([name, number]) => [number, name as StatusCode]),
);

/** The name of a code from the wire; a number that gRPC does not define counts as UNKNOWN. */
export function toStatusCode(number: number): StatusCode {
  return namesByNumber.get(number) ?? 'UNKNOWN';
}

/** What an error may carry besides its code and message. */
export interface StatusErrorOptions {
  /** `google.rpc` details, for the caller: at most 4 KiB encoded, those that do not fit are left out. */
  readonly details?: readonly ErrorDetail[];
  /** The cause, for the log: nothing of it reaches the caller. */
  readonly cause?: unknown;
}

/**
 * Thrown by a handler to end its call with a status. Code, message and details go to the caller, so they hold
 * nothing that the caller must not see; any other error that a handler throws reaches the caller as INTERNAL.
 * The message is cut at 1 KiB.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];

  constructor(code: ErrorCode, message: string, { details = [], cause }: StatusErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** INVALID_ARGUMENT for one field of the request, with the `google.rpc.BadRequest` detail that names it. */
export function invalidArgument(field: string, description: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `${field}: ${description}`, {
    details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field, description }] } }],
  });
}
