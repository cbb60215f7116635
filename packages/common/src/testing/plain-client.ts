import { fileURLToPath } from 'node:url';
import {
  Client,
  credentials,
  Metadata,
  type CallOptions,
  type ClientDuplexStream,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type PackageDefinition } from '@grpc/proto-loader';
import { toStatusCode, type StatusCode } from '../errors/status-error.js';

/** How a call of a {@link PlainClient} went. Messages are as proto-loader gives them: 64-bit integers are strings. */
export interface PlainOutcome {
  readonly code: StatusCode;
  /** The message of the status. */
  readonly message: string;
  readonly responses: readonly any[];
  /** Undefined where the server sent the status and no header before it. */
  readonly header: Metadata | undefined;
  readonly trailer: Metadata;
  /** The `google.rpc` details of the status: each message with its type. */
  readonly details: readonly { readonly type: string; readonly value: any }[];
}

/** A client that shares nothing with the streaming layer: grpc-js's own streams, on messages of the .proto file. */
export interface PlainClient {
  /** Makes a call of any kind: sends the requests, half-closes, and waits for its status. Never rejects. */
  call(method: string, requests: readonly object[], metadata?: Metadata): Promise<PlainOutcome>;
  /** The same with requests that are bytes already; responses are bytes, too. The path is the full one. */
  callRaw(path: string, requests: readonly Buffer[]): Promise<PlainOutcome>;
  /** Opens a call, whatever its kind, and leaves its streams to the caller. */
  open(method: string, metadata?: Metadata, options?: CallOptions): ClientDuplexStream<object, any>;
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Creates a client of one service from its .proto file, which is found in packages/proto: `stream/pow.proto`. */
export function createPlainClient(file: string, service: string, target: string): PlainClient {
  const methods = loadMethods(file, service);
  const client = new Client(target, credentials.createInsecure());
  const find = (name: string): MethodDefinition<object, object> => {
    const method = methods[name];
    if (method === undefined) throw new Error(`${service} has no method ${name}`);
    return method;
  };
  const open: PlainClient['open'] = (name, metadata = new Metadata(), options = {}) => {
    const { path, requestSerialize, responseDeserialize } = find(name);
    return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options);
  };
  const close = (): void => client.close();
  return {
    open,
    close,
    call(name, requests, metadata = new Metadata()) {
      const { path, requestStream, responseStream, requestSerialize, responseDeserialize } = find(name);
      const [request = {}] = requests;
      const { promise, finish } = createOutcome();
      const given = [path, requestSerialize, responseDeserialize] as const;
      // grpc-js's four kinds of call, each by its own function, as generated clients make them.
      if (!requestStream && !responseStream) {
        finish.listen(client.makeUnaryRequest(...given, request, metadata, finish.single));
      } else if (!requestStream) {
        finish.listen(client.makeServerStreamRequest(...given, request, metadata));
      } else {
        const call = responseStream
          ? client.makeBidiStreamRequest(...given, metadata)
          : client.makeClientStreamRequest(...given, metadata, finish.single);
        finish.listen(call);
        for (const message of requests) call.write(message);
        call.end();
      }
      return promise;
    },
    callRaw(path, requests) {
      const { promise, finish } = createOutcome();
      const call = client.makeBidiStreamRequest<Buffer, Buffer>(path, toSame, toSame);
      finish.listen(call);
      for (const bytes of requests) call.write(bytes);
      call.end();
      return promise;
    },
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}

const protoFolder = fileURLToPath(new URL('../proto', import.meta.resolve('@streamworks/proto')));

function load(file: string): PackageDefinition {
  return loadSync(file, { longs: String, enums: String, defaults: true, oneofs: true, includeDirs: [protoFolder] });
}

function loadMethods(file: string, service: string): Record<string, MethodDefinition<object, object>> {
  const definition = load(file)[service];
  if (definition === undefined || 'format' in definition) throw new Error(`${file} has no service ${service}`);
  return definition as Record<string, MethodDefinition<object, object>>; // what has no format is a service
}

type AnyCall = {
  on(event: 'metadata', listener: (header: Metadata) => void): unknown;
  on(event: 'data', listener: (message: unknown) => void): unknown;
  on(event: 'status', listener: (status: StatusObject) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

function createOutcome() {
  const responses: unknown[] = [];
  let header: Metadata | undefined;
  let resolve!: (outcome: PlainOutcome) => void;
  const promise = new Promise<PlainOutcome>((done) => (resolve = done));
  return {
    promise,
    finish: {
      single: (_error: ServiceError | null, response?: unknown) => void (response && responses.push(response)),
      listen(call: unknown): void {
        const events = call as AnyCall; // the four kinds have these events in common, each where it applies
        events.on('metadata', (received) => (header = received));
        events.on('data', (message) => responses.push(message));
        events.on('error', () => undefined); // the status says the same
        events.on('status', ({ code, details: message, metadata: trailer }) => {
          // A single response is handed over right after its status.
          setImmediate(() => {
            resolve({ code: toStatusCode(code), message, responses, header, trailer, details: readDetails(trailer) });
          });
        });
      },
    },
  };
}

function readDetails(trailer: Metadata): PlainOutcome['details'] {
  const [bytes] = trailer.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return [];
  const definitions = { ...load('google/rpc/status.proto'), ...load('google/rpc/error_details.proto') };
  const decode = (type: string, value: Buffer): any => {
    const definition = definitions[type];
    if (definition === undefined || !('deserialize' in definition)) throw new Error(`${type} is not known`);
    return (definition.deserialize as (bytes: Buffer) => any)(value);
  };
  const details: { type_url?: string; typeUrl?: string; value: Buffer }[] = decode('google.rpc.Status', bytes).details;
  return details.map(({ typeUrl = '', value }) => {
    const type = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
    return { type, value: decode(type, value) };
  });
}

function toSame(bytes: Buffer): Buffer {
  return bytes;
}
