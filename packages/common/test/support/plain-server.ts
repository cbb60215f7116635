import {
  Server,
  ServerCredentials,
  type ChannelOptions,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import { FourKinds, kinds, noteCodec, type Note } from './four-kinds.js';

/** Handlers as grpc-js has them. */
export interface PlainHandlers {
  unary: handleUnaryCall<Note, Note>;
  server: handleServerStreamingCall<Note, Note>;
  client: handleClientStreamingCall<Note, Note>;
  bidi: handleBidiStreamingCall<Note, Note>;
}

/** A server that shares nothing with the layer. */
export interface PlainServer extends AsyncDisposable {
  readonly port: number;
  readonly target: string;
  /** Stops taking calls, and gives open ones so long, in milliseconds, before it destroys their connections. */
  drain(graceMs: number): Promise<void>;
}

/** Starts one; methods without a handler are UNIMPLEMENTED. */
export async function startPlainServer(
  handlers: Partial<PlainHandlers>,
  options: ChannelOptions = {},
  credentials = ServerCredentials.createInsecure(),
): Promise<PlainServer> {
  const server = new Server(options);
  const definition = Object.fromEntries(
    kinds.map((kind) => {
      const { path, requestStream, responseStream } = FourKinds.methods[kind];
      const codecs = {
        requestSerialize: noteCodec.encode,
        requestDeserialize: noteCodec.decode,
        responseSerialize: noteCodec.encode,
        responseDeserialize: noteCodec.decode,
      };
      return [kind, { path, requestStream, responseStream, ...codecs }];
    }),
  );
  server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
  );
  return {
    port,
    target: `127.0.0.1:${port}`,
    drain: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => (server.forceShutdown(), resolve()), graceMs);
        server.tryShutdown(() => (clearTimeout(timer), resolve()));
      }),
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}
