import { Metadata } from '@grpc/grpc-js';
import { createLogger } from '../logging/create-logger.js';
import type { Context } from '../rpc/context.js';

/** A context for a handler that is called directly. */
export interface TestContext<Response> extends Context<Response> {
  /** What the handler has written with `context.write`. */
  readonly written: Parameters<Context<Response>['write']>[0][];
  /** Cancels the call. */
  cancel(reason?: unknown): void;
  /** Lets the server begin to stop. */
  drain(): void;
}

/** Creates a context; whatever a test does not name has a value that does no harm. */
export function createTestContext<Response = never>(overrides: Partial<Context<Response>> = {}): TestContext<Response> {
  const abort = new AbortController();
  const draining = new AbortController();
  const written: TestContext<Response>['written'] = [];
  return {
    method: '/test.Service/Method',
    requestId: 'test-request',
    signal: abort.signal,
    deadline: undefined,
    metadata: new Metadata(),
    peer: '127.0.0.1:1',
    user: undefined,
    certificate: undefined,
    log: createLogger({ service: 'test', logLevel: 'silent' }),
    responseHeader: new Metadata(),
    responseTrailer: new Metadata(),
    sendHeader: () => undefined,
    draining: draining.signal,
    write(message) {
      written.push(message);
      return undefined;
    },
    ...overrides,
    written,
    cancel: (reason) => abort.abort(reason),
    drain: () => draining.abort(),
  };
}
