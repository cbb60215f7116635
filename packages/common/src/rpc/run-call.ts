import { StatusError } from '../errors/status-error.js';
import { followChain, type ChainEnd } from './interceptors/chain.js';
import type { InterceptedServerCall, ServerInterceptor, TappedStream } from './interceptors/interceptor.js';
import { isAsyncIterable, Pipe } from './interceptors/pipe.js';
import { WrappedMessages } from './interceptors/wrapped-messages.js';
import { readSingle, takeSingle } from './read-single.js';
import type { ServerCall } from './server-call.js';

/** For a handler that still writes when an interceptor has left its responses. */
const interceptorHasLeft = new StatusError('CANCELLED', 'an interceptor has left the responses');

/** Runs the interceptors of a call and its handler, and ends it with what comes of them. Never throws. */
export function runCall(call: ServerCall, interceptors: readonly ServerInterceptor[]): void {
  try {
    const throwIfOver = (): void => call.throwIfOver();
    const wrap = (requests: AsyncIterable<object>): WrappedMessages => wrapRequests(call, requests);
    const run = (requests: TappedStream<any>): AsyncIterable<object> => runIntoPipe(call, requests);
    const followed = followChain<InterceptedServerCall>({ interceptors, call, wrap, run, throwIfOver });
    if (followed instanceof Promise) {
      followed.then((end) => runWithin(call, end)).catch((error: unknown) => call.fail(error));
    } else runWithin(call, followed);
  } catch (error) {
    call.fail(error);
  }
}

function runWithin(call: ServerCall, end: ChainEnd): void {
  call.throwIfOver();
  runInside(call, () => void respond(call, end));
}

/** Runs something inside of what the interceptors so far want it to be inside of: once, however often they ask. */
function runInside(call: ServerCall, innermost: () => void): void {
  const withins = call.withins ?? [];
  call.withins = undefined;
  let hasRun = false;
  let run = (): void => {
    if (!hasRun) innermost();
    hasRun = true;
  };
  for (const within of withins.toReversed()) {
    const inner = run;
    run = () => within(inner);
  }
  run();
}

/** Never rejects. */
async function respond(call: ServerCall, end: ChainEnd): Promise<void> {
  try {
    const output = await answer(call, end);
    if (!call.definition.responseStream) {
      void call.send(output as object); // nothing comes after it
    } else if (isAsyncIterable(output)) {
      // Where the call is over, or a response cannot be encoded, the loop lets the generator clean up.
      for await (const response of output) {
        const waiting = call.send(response);
        if (waiting !== undefined) await waiting;
      }
    }
    if (end.responses === undefined) call.isHandlerRunning = false;
    call.finish();
  } catch (error) {
    if (end.responses === undefined) call.isHandlerRunning = false;
    call.fail(error);
  }
}

/** Gives the one response, the stream of responses, or nothing where the handler has written all of them. */
async function answer(call: ServerCall, { taps, requests, responses }: ChainEnd): Promise<object | void> {
  const { method, handler } = call.bound;
  call.responseTaps = taps;
  if (responses !== undefined) return method.responseStream ? responses : takeSingle(responses);
  call.startRequests();
  const input = method.requestStream ? requests : await readSingle(requests);
  call.isHandlerRunning = true;
  return handler(input, call);
}

function wrapRequests(call: ServerCall, requests: AsyncIterable<object>): WrappedMessages {
  const wrapped = new WrappedMessages(requests, { isLeftOpen: true, failure: () => call.requestsFailure });
  call.onEnd(() => {
    // What it throws while it cleans up concerns nobody any more, but for the log.
    wrapped.close().catch((err: unknown) => call.log.error({ err }, 'an interceptor failed after the end of its call'));
  });
  return wrapped;
}

/** Runs the handler for an interceptor that goes through its responses. */
async function* runIntoPipe(call: ServerCall, requests: TappedStream<any>): AsyncGenerator<object, void, undefined> {
  const { method, handler } = call.bound;
  call.throwIfOver();
  call.startRequests();
  const pipe = new Pipe();
  call.pipe = pipe;
  const input = method.requestStream ? requests : await readSingle(requests);
  call.isHandlerRunning = true;
  const run = async (): Promise<void> => {
    await pipe.takeAll(async () => handler(input, call));
    call.isHandlerRunning = false;
  };
  try {
    runInside(call, () => void run());
    yield* pipe;
  } finally {
    pipe.leave(interceptorHasLeft);
  }
}
