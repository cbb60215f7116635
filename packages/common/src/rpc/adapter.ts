import {
  ServerInterceptingCall,
  type Server,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { BoundMethod } from './define-service.js';
import { ServerCall, type CallEnvironment } from './server-call.js';

/**
 * The one way from grpc-js to our handlers, for all four kinds: an interceptor that takes the call over. grpc-js's own
 * streams are never made: they end a cancelled upload like a finished one.
 */
export function createAdapter(
  methods: ReadonlyMap<string, BoundMethod>,
  environment: CallEnvironment,
): ServerInterceptor {
  return ({ path }, call) => {
    const bound = methods.get(path);
    if (bound === undefined) throw new Error(`${path} is registered and has no method`);
    return new AdaptedCall(call, bound, environment);
  };
}

class AdaptedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #bound: BoundMethod;
  readonly #environment: CallEnvironment;

  constructor(call: ServerInterceptingCallInterface, bound: BoundMethod, environment: CallEnvironment) {
    super(call);
    this.#call = call;
    this.#bound = bound;
    this.#environment = environment;
  }

  override start(): void {
    // Made with the metadata: where a call is dead before that, grpc-js reports nothing at all.
    let current: ServerCall | undefined;
    this.#call.start({
      onReceiveMetadata: (metadata) => {
        current = new ServerCall(this.#call, this.#bound, metadata, this.#environment);
        void current.run();
      },
      onReceiveMessage: (bytes: Buffer) => current?.onMessage(bytes),
      onReceiveHalfClose: () => current?.onHalfClose(),
      onCancel: () => current?.onCancel(),
    });
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
