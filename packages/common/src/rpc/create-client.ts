import { Channel, connectivityState, type ChannelInterface } from '@grpc/grpc-js';
import type { Contract, Method } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { prepareCall } from './call-options.js';
import { ClientCall } from './client-call.js';
import type { ClientMethod, MethodCaller, PendingCall } from './client-method.js';
import { createClientMethod } from './create-client-method.js';
import type { ClientInterceptor } from './interceptors/interceptor.js';
import { createChannelSecurity, type ClientTls } from './tls/channel-security.js';
import { explainUnavailable } from './tls/explain-unavailable.js';

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
  /** What stands around every call, the first outermost. Default: none. */
  readonly interceptors?: readonly ClientInterceptor[];
  /** Secures the connection; `true`: with a server whose certificate comes from a CA that Node knows. Default: false. */
  readonly tls?: boolean | ClientTls;
}

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
    interceptors = [],
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
  const fixed = { channel, maxMessageBytes, directHttp2, explain };
  const calls = new Set<PendingCall>();
  let isClosed = false;
  const methods = Object.entries<Method<any, any>>(contract.methods).map(([name, method]) => {
    const open: MethodCaller['open'] = (prepared, onEnd) => {
      if (isClosed) throw new CallError({ code: 'UNAVAILABLE', message: 'the client is closed', method: method.path });
      const onOver = (ended: ClientCall): void => void calls.delete(ended);
      const call = new ClientCall({ ...prepared, ...fixed, method, onOver, onEnd });
      calls.add(call);
      return call;
    };
    const prepare: MethodCaller['prepare'] = (options) => prepareCall(method, options, unaryTimeoutMs);
    const onPending = (call: PendingCall): void => void calls.add(call);
    const onSettled = (call: PendingCall): void => void calls.delete(call);
    const caller = { service: contract.name, method, interceptors, prepare, open, onPending, onSettled };
    return [name, createClientMethod(caller)];
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
