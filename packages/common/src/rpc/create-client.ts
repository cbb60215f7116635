import { Channel, connectivityState, Metadata, type ChannelInterface } from '@grpc/grpc-js';
import type { Contract, MessageInit, Method } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { ClientCall } from './client-call.js';
import type { Context } from './context.js';
import { createChannelSecurity, type ClientTls } from './tls/channel-security.js';
import { explainUnavailable } from './tls/explain-unavailable.js';

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * When the call ends with DEADLINE_EXCEEDED. Default: ten seconds from now for unary calls, else none. One that is more
   * than 24 days away counts as none.
   */
  readonly deadline?: Date;
  /** Milliseconds from now to the deadline; 0 for no deadline. An alternative to `deadline`. */
  readonly timeoutMs?: number;
  /** Sent with the call. */
  readonly metadata?: Metadata;
  /** The call of ours that makes this one: its cancellation, deadline and request id pass on. */
  readonly parent?: Pick<Context, 'signal' | 'deadline' | 'requestId'>;
  /** Gets the header of the response, before the first response. A call that fails before that has only a trailer. */
  readonly onHeader?: (header: Metadata) => void;
  /** Gets the trailer, whatever the status. */
  readonly onTrailer?: (trailer: Metadata) => void;
}

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

/** A client of one service: its methods, and its connection. */
export type Client<C extends Contract> = {
  readonly [Name in keyof C['methods']]: ClientMethod<C['methods'][Name]>;
} & {
  /** Resolves when the connection stands; rejects with UNAVAILABLE at the timeout (milliseconds, default 10 000). */
  readonly $waitForReady: (timeoutMs?: number) => Promise<void>;
  /** Closes the connection: open calls are cancelled, new ones fail with UNAVAILABLE. */
  readonly $close: () => void;
};

/** Options of a client. */
export interface ClientOptions {
  /** The deadline of a unary call that has none, in milliseconds; 0 for none. Default: 10 000. */
  readonly unaryTimeoutMs?: number;
  /** The most bytes of one response. Default: 4 MiB. */
  readonly maxMessageBytes?: number;
  /** Whether messages go straight to HTTP/2, several times faster, where this grpc-js allows it. Default: true. */
  readonly directHttp2?: boolean;
  /** Secures the connection; `true`: with a server whose certificate comes from a CA that Node knows. Default: false. */
  readonly tls?: boolean | ClientTls;
}

const LONGEST_MS = 2 ** 31 - 1;

/** Servers of other makers close a connection that pings more often than this. */
const KEEPALIVE_MS = 300_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/**
 * What a call keeps of its requests for a retry. grpc-js copies all of it with every message that it sends: with its
 * default of 1 MiB a long stream of requests takes time that grows with the square of its length.
 */
const RETRY_BUFFER_BYTES = 16 * 1024;

/**
 * Creates a client. The target is `host:port`; the connection is made with the first call and made again when it is
 * lost. Unary methods that the .proto calls idempotent are tried again while the server is UNAVAILABLE. Throws an Error
 * for a certificate or key that cannot be used.
 */
export function createClient<C extends Contract<any>>(
  contract: C,
  target: string,
  {
    unaryTimeoutMs = 10_000,
    maxMessageBytes = 4 * 1024 * 1024,
    directHttp2 = true,
    tls: givenTls = false,
  }: ClientOptions = {},
): Client<C> {
  const tls = givenTls === true ? {} : givenTls || undefined;
  const security = createChannelSecurity(tls);
  const channel = new Channel(target, security.credentials, {
    ...security.options,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': -1,
    'grpc.per_rpc_retry_buffer_size': RETRY_BUFFER_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.service_config': JSON.stringify(toServiceConfig(contract)),
    'grpc.enable_channelz': 0,
  });
  const explain = (message: string): string => explainUnavailable(message, { target, tls });
  const calls = new Set<ClientCall>();
  let isClosed = false;
  const methods = Object.entries<Method<any, any>>(contract.methods).map(([name, method]) => {
    const start = (options: CallOptions = {}): ClientCall => {
      if (isClosed) throw new CallError({ code: 'UNAVAILABLE', message: 'the client is closed', method: method.path });
      const onOver = (call: ClientCall): void => void calls.delete(call);
      const call = startCall(
        { channel, method, unaryTimeoutMs, maxMessageBytes, directHttp2, explain, onOver },
        options,
      );
      calls.add(call);
      return call;
    };
    return [name, method.requestStream ? callWithStream(method, start) : callWithOne(method, start)];
  });
  return {
    ...Object.fromEntries(methods),
    $waitForReady: (timeoutMs: number = 10_000) => waitForReady(channel, timeoutMs),
    $close() {
      isClosed = true;
      for (const call of calls) call.cancel('the client was closed');
      channel.close();
    },
  } as Client<C>; // every method of the contract has been given its function
}

type Start = (options?: CallOptions) => ClientCall;

/** A method with one response is a promise, and rejects whatever is wrong; one with a stream throws what is wrong at once. */
function callWithOne(method: Method<any, any>, start: Start) {
  const call = (request: object, options?: CallOptions): ClientCall => {
    // Encoded before the call starts: a request that does not fit never reaches the server.
    const bytes = method.request.encode(request);
    const started = start(options);
    void started.writeEncoded(bytes); // nothing comes after it
    started.halfClose();
    return started;
  };
  if (method.responseStream) return (request: object, options?: CallOptions) => call(request, options).responses;
  return async (request: object, options?: CallOptions): Promise<unknown> => call(request, options).readSingle();
}

function callWithStream(method: Method<any, any>, start: Start) {
  const call = (requests: Requests<object>, options?: CallOptions): ClientCall => {
    const started = start(options);
    void started.sendAll(requests); // its failure ends the responses with the same error
    return started;
  };
  if (method.responseStream)
    return (requests: Requests<object>, options?: CallOptions) => call(requests, options).responses;
  return async (requests: Requests<object>, options?: CallOptions): Promise<unknown> =>
    call(requests, options).readSingle();
}

interface StartOptions {
  readonly channel: ChannelInterface;
  readonly method: Method<any, any>;
  readonly unaryTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly directHttp2: boolean;
  readonly explain: (message: string) => string;
  readonly onOver: (call: ClientCall) => void;
}

function startCall({ unaryTimeoutMs, ...fixed }: StartOptions, options: CallOptions): ClientCall {
  const { method } = fixed;
  const { signal, parent, onHeader, onTrailer } = options;
  const isUnary = !method.requestStream && !method.responseStream;
  const metadata = options.metadata?.clone() ?? new Metadata();
  if (parent !== undefined && metadata.get('x-request-id').length === 0) metadata.set('x-request-id', parent.requestId);
  return new ClientCall({
    ...fixed,
    metadata,
    deadline: earliest(readDeadline(options, isUnary ? unaryTimeoutMs : 0), parent?.deadline),
    signals: [signal, parent?.signal].filter((candidate) => candidate !== undefined),
    onHeader,
    onTrailer,
  });
}

function readDeadline({ deadline, timeoutMs }: CallOptions, defaultMs: number): Date | undefined {
  const ms = deadline === undefined ? (timeoutMs ?? defaultMs) : Math.max(1, deadline.getTime() - Date.now());
  // grpc-js counts the milliseconds of a deadline in 32 bits, on both sides.
  if (ms === 0 || ms > LONGEST_MS) return undefined;
  return deadline ?? new Date(Date.now() + ms);
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}

function waitForReady(channel: ChannelInterface, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return resolve();
      if (state === connectivityState.SHUTDOWN) return reject(new Error('the client is closed'));
      channel.watchConnectivityState(state, deadline, (error) => {
        if (error === undefined) return check();
        const message = `no connection to ${channel.getTarget()} within ${timeoutMs} ms`;
        reject(new CallError({ code: 'UNAVAILABLE', message, method: channel.getTarget() }));
      });
    };
    check();
  });
}

/** https://github.com/grpc/grpc/blob/master/doc/service_config.md */
function toServiceConfig({ name: service, methods }: Contract<any>): object {
  const retried = Object.values<Method<any, any>>(methods).filter(
    ({ idempotent, requestStream, responseStream }) => idempotent && !requestStream && !responseStream,
  );
  if (retried.length === 0) return {};
  const retryPolicy = {
    maxAttempts: 4,
    initialBackoff: '0.1s',
    maxBackoff: '2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return { methodConfig: [{ name: retried.map(({ name: method }) => ({ service, method })), retryPolicy }] };
}
