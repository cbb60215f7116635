import {
  Client,
  credentials,
  Metadata,
  type CallOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { collectOutcome, type PlainOutcome } from './plain-outcome.js';
import { loadPlain } from './load-plain.js';

/** A client that shares nothing with the streaming layer: grpc-js's own streams, on messages of the .proto file. */
export interface PlainClient {
  /** Makes a call of any kind: sends the requests, half-closes, and waits for its status. Never rejects. */
  call(method: string, requests: readonly object[], metadata?: Metadata): Promise<PlainOutcome>;
  /** The same with requests that are bytes already; the responses are bytes, too. */
  callRaw(method: string, requests: readonly Buffer[]): Promise<PlainOutcome>;
  /** Opens a call, whatever its kind, and leaves its streams to the caller. */
  open(method: string, metadata?: Metadata, options?: CallOptions): ClientDuplexStream<object, any>;
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a client of one service from its .proto file in packages/proto: `createPlainClient('stream/pow.proto',
 * 'stream.ServerStream', target)`. Methods have the names of the .proto: `Pow`.
 */
export function createPlainClient(file: string, service: string, target: string): PlainClient {
  const methods = loadMethods(file, service);
  // A connection of its own: grpc-js shares one between clients of the same target.
  const client = new Client(target, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const find = (name: string): MethodDefinition<object, object> => {
    const method = methods[name];
    if (method === undefined) throw new Error(`${service} has no method ${name}`);
    return method;
  };
  return {
    call: (name, requests, metadata = new Metadata()) => callAsItsKind(client, find(name), requests, metadata),
    callRaw(name, requests) {
      const call = client.makeBidiStreamRequest<Buffer, Buffer>(find(name).path, toSame, toSame);
      for (const bytes of requests) call.write(bytes);
      call.end();
      return collectOutcome(call);
    },
    open(name, metadata = new Metadata(), options = {}) {
      const { path, requestSerialize, responseDeserialize } = find(name);
      return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options);
    },
    close: () => client.close(),
    [Symbol.asyncDispose]: async () => client.close(),
  };
}

/** grpc-js has a function for each of the four kinds: generated clients use the one of the method's kind. */
function callAsItsKind(
  client: Client,
  { path, requestStream, responseStream, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
  requests: readonly object[],
  metadata: Metadata,
): Promise<PlainOutcome> {
  const [request = {}] = requests;
  const given = [path, requestSerialize, responseDeserialize] as const;
  const responses: object[] = [];
  const onResponse = (_error: unknown, response?: object): void => void (response && responses.push(response));
  if (!requestStream) {
    const call: ClientUnaryCall | ClientReadableStream<object> = responseStream
      ? client.makeServerStreamRequest(...given, request, metadata)
      : client.makeUnaryRequest(...given, request, metadata, onResponse);
    return collectOutcome(call, responses);
  }
  const call = responseStream
    ? client.makeBidiStreamRequest(...given, metadata)
    : client.makeClientStreamRequest(...given, metadata, onResponse);
  for (const message of requests) call.write(message);
  call.end();
  return collectOutcome(call, responses);
}

function loadMethods(file: string, service: string): Record<string, MethodDefinition<object, object>> {
  const definition = loadPlain(file)[service];
  if (definition === undefined || 'format' in definition) throw new Error(`${file} has no service ${service}`);
  return definition; // what has no format is a service
}

function toSame(bytes: Buffer): Buffer {
  return bytes;
}
