import type { CallOptions } from './call-options.js';
import type { ClientCall } from './client-call.js';
import type { MethodCaller, Requests } from './client-method.js';
import { callThroughInterceptors } from './intercepted-call.js';

/**
 * The function of a method. One with a single response gives a promise, which rejects whatever is wrong; one with a stream
 * throws at once what is wrong before the call starts.
 */
export function createClientMethod(caller: MethodCaller) {
  const { method, interceptors } = caller;
  if (interceptors.length > 0) return callThroughInterceptors(caller);
  const start = method.requestStream ? startWithStream : startWithOne;
  if (method.responseStream) return (input: any, options?: CallOptions) => start(caller, input, options).responses;
  return async (input: any, options?: CallOptions): Promise<unknown> => start(caller, input, options).readSingle();
}

function startWithOne({ method, prepare, open }: MethodCaller, request: object, options: CallOptions = {}): ClientCall {
  // Encoded before the call starts: a request that does not fit never reaches the server.
  const bytes = method.request.encode(request);
  const call = open(prepare(options));
  call.sendSingle(bytes);
  return call;
}

function startWithStream(
  { prepare, open }: MethodCaller,
  requests: Requests<object>,
  options: CallOptions = {},
): ClientCall {
  const call = open(prepare(options));
  void call.sendAll(requests); // its failure ends the responses with the same error
  return call;
}
