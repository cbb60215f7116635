import type { MessageInit, Method } from '@streamworks/proto';
import type { CallOptions, PreparedCall } from './call-options.js';
import type { CallOutcome } from './call-outcome.js';
import type { ClientCall } from './client-call.js';
import type { ClientInterceptor } from './interceptors/interceptor.js';

/** The requests of a streaming call: they are taken as fast as the server reads them. */
export type Requests<Request> = AsyncIterable<MessageInit<Request>> | Iterable<MessageInit<Request>>;

/** The responses of a streaming call. Leaving the loop before the end cancels the call. */
export interface Responses<Response> extends AsyncIterableIterator<Response, undefined, undefined> {
  /** The same responses in arrays: all that have arrived, at least one and at most `max` (default 1000). */
  batches(options?: { readonly max?: number }): AsyncIterableIterator<Response[], undefined, undefined>;
}

/** A method as a client calls it. Every failure is a {@link CallError}, but for a request that cannot be encoded. */
export type ClientMethod<M extends Method> =
  M extends Method<infer Request, infer Response, infer RequestIsStream, infer ResponseIsStream>
    ? (
        request: RequestIsStream extends true ? Requests<Request> : MessageInit<Request>,
        options?: CallOptions,
      ) => ResponseIsStream extends true ? Responses<Response> : Promise<Response>
    : never;

/** What a client cancels when it is closed. */
export interface PendingCall {
  cancel(reason: string): void;
}

/** What the functions of a client need to make calls of one method. */
export interface MethodCaller {
  readonly service: string;
  readonly method: Method<any, any>;
  readonly interceptors: readonly ClientInterceptor[];
  readonly prepare: (options: CallOptions) => PreparedCall;
  /** Starts a call; `onEnd` is told how it went. */
  readonly open: (prepared: PreparedCall, onEnd?: (outcome: CallOutcome) => void) => ClientCall;
  /** Told of a call that is made and not open yet, and when it has come to its end: a client that is closed cancels it. */
  readonly onPending: (call: PendingCall) => void;
  readonly onSettled: (call: PendingCall) => void;
}
