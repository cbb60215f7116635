import type {
  Metadata,
  Server,
  ServerInterceptingCall,
  ServerInterceptingCallInterface,
  ServerInterceptor as GrpcServerInterceptor,
} from '@grpc/grpc-js';
import type { BoundMethod } from './define-service.js';
import type { ServerInterceptor } from './interceptors/interceptor.js';
import { runCall } from './run-call.js';
import { ServerCall, type CallEnvironment } from './server-call.js';

/**
 * The one way from grpc-js to our handlers, for all four kinds: an interceptor that takes the call over. grpc-js's own
 * streams are never made: they end a cancelled upload like a finished one.
 */
export function createAdapter(
  methods: ReadonlyMap<string, BoundMethod>,
  environment: AdapterEnvironment,
): GrpcServerInterceptor {
  return ({ path }, call) => {
    const bound = methods.get(path);
    if (bound === undefined) throw new Error(`${path} is registered and has no method`);
    const adapted = new AdaptedCall(call, bound, environment);
    // grpc-js starts the outermost call and asks nothing else of it; a whole ServerInterceptingCall would cost every call.
    return adapted as unknown as ServerInterceptingCall;
  };
}

/** What calls need of their server, and what is to stand around each. */
export interface AdapterEnvironment extends CallEnvironment {
  readonly interceptors: readonly ServerInterceptor[];
}

/** Stands where grpc-js expects a call to start, and listens to it. */
class AdaptedCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #bound: BoundMethod;
  readonly #environment: AdapterEnvironment;
  #current: ServerCall | undefined;

  constructor(call: ServerInterceptingCallInterface, bound: BoundMethod, environment: AdapterEnvironment) {
    this.#call = call;
    this.#bound = bound;
    this.#environment = environment;
  }

  start(): void {
    this.#call.start(this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    // Only now: where a call is dead before its metadata has come, grpc-js reports nothing at all.
    this.#current = new ServerCall(this.#call, this.#bound, metadata, this.#environment);
    runCall(this.#current, this.#environment.interceptors);
  }

  onReceiveMessage(bytes: Buffer): void {
    this.#current?.onMessage(bytes);
  }

  onReceiveHalfClose(): void {
    this.#current?.onHalfClose();
  }

  onCancel(): void {
    this.#current?.onCancel();
  }
}

/** Makes grpc-js take calls of the path. Messages pass it as bytes: a call decodes each when its handler takes it. */
export function registerPath(server: Server, path: string): void {
  server.register(path, neverCalled, toSame, toSame, 'bidi');
}

function toSame(bytes: Buffer): Buffer {
  return bytes;
}

function neverCalled(): never {
  throw new Error('grpc-js ran a handler that the adapter replaces');
}
