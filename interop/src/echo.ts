import { StatusError, type Context, type ErrorCode } from '@streamworks/common';

/** The metadata that comes back in the header, and in the trailer. */
export const echoedInHeader = 'x-grpc-test-echo-initial';
export const echoedInTrailer = 'x-grpc-test-echo-trailing-bin';

/** Sends back what a client asks for with the two keys. To be called before the first response. */
export function echoMetadata({
  metadata,
  responseHeader,
  responseTrailer,
}: Pick<Context, 'metadata' | 'responseHeader' | 'responseTrailer'>): void {
  for (const value of metadata.get(echoedInHeader)) responseHeader.add(echoedInHeader, value);
  for (const value of metadata.get(echoedInTrailer)) responseTrailer.add(echoedInTrailer, value);
}

/** The codes of failures from 1 on, in the order of their numbers. */
const errorCodes: readonly ErrorCode[] = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** Ends the call with the status that the request asks for; a code that gRPC does not define becomes UNKNOWN. */
export function echoStatus(status: { readonly code: number; readonly message: string } | null): void {
  if (status === null || status.code === 0) return;
  throw new StatusError(errorCodes[status.code - 1] ?? 'UNKNOWN', status.message);
}
