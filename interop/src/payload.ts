import { invalidArgument, StatusError } from '@streamworks/common';

/** The only type of payload that the contract knows; others are numbers from another version of it. */
const TYPE = 'COMPRESSABLE';

/** A payload of zeros. Throws what a caller gets that asks for another type or an impossible size. */
export function createPayload(type: string, size: number, maxBytes: number): { type: typeof TYPE; body: Buffer } {
  if (type !== TYPE) throw invalidArgument('response_type', 'is not supported');
  if (size < 0) throw invalidArgument('size', 'must not be negative');
  // Before the memory is taken: the layer would refuse the message only once it is there.
  if (size > maxBytes)
    throw new StatusError('RESOURCE_EXHAUSTED', `a payload of ${size} bytes: the most is ${maxBytes}`);
  return { type: TYPE, body: Buffer.alloc(size) };
}
