import { randomUUID } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';

/** The key of the id that one request has in every log line, on every server that it comes through. */
export const REQUEST_ID = 'x-request-id';

/** The caller's, where it is 1 to 128 visible ASCII characters; else a new one. */
export function readRequestId(metadata: Metadata): string {
  const [given] = metadata.get(REQUEST_ID);
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
