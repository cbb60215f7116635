import { StatusError } from '../errors/status-error.js';

/**
 * The one request of a method that has one. https://github.com/grpc/grpc/blob/master/doc/statuscodes.md has UNIMPLEMENTED for
 * any other number.
 */
export async function readSingle(requests: AsyncIterator<any, undefined>): Promise<any> {
  const first = await requests.next();
  if (first.done === true) throw new StatusError('UNIMPLEMENTED', 'the call ended without a request');
  const second = await requests.next();
  if (second.done !== true) throw new StatusError('UNIMPLEMENTED', 'the call has more than one request');
  return first.value;
}

/** The one response that interceptors give where a method has one. */
export async function takeSingle(responses: AsyncIterable<object>): Promise<object> {
  let single: object | undefined;
  for await (const response of responses) {
    if (single !== undefined) throw new Error('an interceptor gave more than one response where the method has one');
    single = response;
  }
  if (single === undefined) throw new Error('an interceptor gave no response');
  return single;
}
