import type { Metadata } from '@grpc/grpc-js';
import type { Method } from '@streamworks/proto';
import type { CallOutcome } from '../call-outcome.js';
import type { Context, RequestStream } from '../context.js';
import type { Roles } from '../define-service.js';

/** Is told of a message. What it throws ends the call. */
export type Tap = (message: any) => void;

/** One for all calls that have none. */
export const noTaps: readonly Tap[] = [];

/** The messages of one direction of a call, as an interceptor sees them: one where the method has one. */
export interface Messages extends AsyncIterable<object> {
  /** Calls the listener with each message when it is taken. The messages keep their fast way, which a loop leaves. */
  tap(listener: Tap): Messages;
}

/** Messages in the shape that a handler expects. */
export interface TappedStream<Message> extends RequestStream<Message> {
  tap(listener: Tap): this;
}

/** A call as an interceptor sees it, on a server or on a client, of any of the four kinds. */
export interface InterceptedCall {
  /** The path of the method: `/stream.ServerStream/Pow`. */
  readonly method: string;
  /** The full name of the service: `stream.ServerStream`. */
  readonly service: string;
  /** The method as its contract has it: which sides are streams, and whether it is idempotent. */
  readonly definition: Method<any, any>;
  /** The metadata of the request. What a client's interceptor puts into it is sent. */
  readonly metadata: Metadata;
  readonly deadline: Date | undefined;
  /** The requests, as the interceptors before have passed them on. Take them before `next`. */
  readonly requests: Messages;
  /** Calls the listener once, when the call is over, whatever its end. What it returns takes the listener away again. */
  onEnd(listener: EndListener<this>): () => void;
}

/** Is told how a call went. It is given the call, too: one function may stand for all calls. */
export type EndListener<Call> = (outcome: CallOutcome, call: Call) => void;

/** A call on a server: the handler's context, with what an interceptor may do besides. */
export interface InterceptedServerCall
  extends InterceptedCall, Omit<Context<any>, 'write' | 'flushed' | 'onEnd' | 'user'> {
  /** Set by the interceptor that knows who calls. */
  user: Context['user'];
  /** Who may call the method: see `defineService`. */
  readonly roles: Roles | undefined;
  /**
   * Has the handler run inside of the function, with everything that it waits for: for an AsyncLocalStorage, such as that of
   * a tracer: `call.within((run) => storage.run(value, run))`.
   */
  within(wrapper: (run: () => void) => void): void;
}

/** A call on a client, before it is sent. */
export type InterceptedClientCall = InterceptedCall;

/**
 * Gives the responses of the rest of the chain: further interceptors, then the handler (on a server) or the call itself
 * (on a client). Nothing of it runs before the responses are returned or gone through. Other requests may be passed on
 * in place of `call.requests`.
 */
export type Next = (requests?: AsyncIterable<object>) => Messages;

/**
 * Stands around calls, one shape for all four kinds. It may look at a call and refuse it (throw a StatusError), pass it
 * on (`return next()`), watch its messages (`tap`), or go through them: then it is an async generator, and the messages
 * take the way through its loop. What it throws ends the call with a status, as in a handler. The first interceptor of a
 * list is the outermost.
 */
export type Interceptor<Call extends InterceptedCall = InterceptedCall> = (
  call: Call,
  next: Next,
) => AsyncIterable<object> | Promise<AsyncIterable<object>>;

/** An {@link Interceptor} for `serve`. */
export type ServerInterceptor = Interceptor<InterceptedServerCall>;

/** An {@link Interceptor} for `createClient`. */
export type ClientInterceptor = Interceptor<InterceptedClientCall>;
