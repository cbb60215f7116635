import { defineService, type Handlers, type Interceptor } from '../../src/index.js';
import { startService, type TestServer } from '../../src/testing/index.js';
import type { ServiceConfig } from '../../src/index.js';
import { FourKinds } from './four-kinds.js';
import { connectOurs } from './our-client.js';
import { connectPlain } from './plain-client.js';
import type { TestClient } from './test-call.js';

/** Our server with a client: ours, or grpc-js's own; messages straight to HTTP/2, or over grpc-js's public API. */
export interface Pair {
  readonly name: string;
  /** Which way the messages of the server go. */
  readonly directHttp2: boolean;
  serve(handlers: Partial<Handlers<typeof FourKinds>>, config?: Partial<ServiceConfig>): Promise<TestServer>;
  connect(target: string): TestClient;
}

/** Every pair that the matrix is run for. */
export const pairs: readonly Pair[] = [
  createPair('our server, our client', true, (target) => connectOurs(target)),
  createPair('our server, our client, without direct HTTP/2', false, (target) =>
    connectOurs(target, { directHttp2: false }),
  ),
  createPair('our server, plain client', true, connectPlain),
  createPair('our server without direct HTTP/2, plain client', false, connectPlain),
  {
    name: 'our server, our client, both with an interceptor that goes through all messages',
    directHttp2: true,
    connect: (target) => connectOurs(target, { interceptors: [goThrough] }),
    serve: (handlers, config = {}) =>
      startService([createFourKinds(handlers)], { config, interceptors: [passOn, goThrough] }),
  },
];

function createPair(name: string, directHttp2: boolean, connect: Pair['connect']): Pair {
  return {
    name,
    directHttp2,
    connect,
    serve: (handlers, config) => startService([createFourKinds(handlers)], { config: { directHttp2, ...config } }),
  };
}

/** Takes every message in hand, and changes nothing. */
async function* goThrough({ requests }: Parameters<Interceptor>[0], next: Parameters<Interceptor>[1]) {
  async function* takeRequests(): AsyncGenerator<object> {
    for await (const request of requests) yield request;
  }
  for await (const response of next(takeRequests())) yield response;
}

async function passOn(_call: unknown, next: Parameters<Interceptor>[1]) {
  return next();
}

/** The service of the tests: methods without a handler fail, so that a test names those that it calls. */
export function createFourKinds(handlers: Partial<Handlers<typeof FourKinds>>) {
  const notCalled = (): never => {
    throw new Error('the test has no handler for this method');
  };
  return defineService(FourKinds, {
    unary: notCalled,
    server: notCalled,
    client: notCalled,
    bidi: notCalled,
    ...handlers,
  });
}
