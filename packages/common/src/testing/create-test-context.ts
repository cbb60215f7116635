import { Metadata } from '@grpc/grpc-js';
import type { MessageInit } from '@streamworks/proto';
import { StatusError } from '../errors/status-error.js';
import { createLogger } from '../logging/create-logger.js';
import type { CallOutcome } from '../rpc/call-outcome.js';
import type { Context } from '../rpc/context.js';
import { EncodedMessage } from '../rpc/encoded-message.js';
import { EndListeners } from '../rpc/end-listeners.js';

/** A context for a handler that is called directly. */
export interface TestContext<Response> extends Context<Response> {
  /** What was written to the call with `context.write`. */
  readonly written: MessageInit<Response>[];
  /** What the call was ended with by `context.end`. */
  readonly ended: StatusError | undefined;
  /** Cancels the call. Default reason: CANCELLED. */
  cancel(reason?: StatusError): void;
  /** Ends the call as its handler's return does. */
  finish(): void;
  /** Lets the server begin to stop. */
  drain(): void;
}

/** Creates a context; whatever a test does not name has a value that does no harm. */
export function createTestContext<Response = never>(overrides: Partial<Context<Response>> = {}): TestContext<Response> {
  const abort = new AbortController();
  const draining = new AbortController();
  const written: TestContext<Response>['written'] = [];
  const listeners = new EndListeners<undefined>();
  let outcome: CallOutcome | undefined;
  let ended: StatusError | undefined;
  let over: StatusError | undefined;
  const close = (reason?: StatusError): void => {
    if (outcome !== undefined) return;
    const { code = 'OK', message = '' } = reason ?? {};
    const end: CallOutcome = { code, message, durationMs: 0, received: 0, sent: written.length };
    outcome = end;
    over = reason ?? new StatusError('INTERNAL', 'a response was written after the end of the call');
    if (reason !== undefined) abort.abort(reason);
    listeners.take((listener) => listener(end, undefined));
  };
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
      if (over !== undefined) throw over;
      written.push(message instanceof EncodedMessage ? message.message : message);
      return undefined;
    },
    flushed: () => undefined,
    end(reason) {
      if (outcome === undefined) ended = reason;
      close(reason);
    },
    onEnd(listener) {
      if (outcome === undefined) return listeners.add(listener);
      listener(outcome);
      return () => undefined;
    },
    ...overrides,
    written,
    get ended() {
      return ended;
    },
    cancel: (reason = new StatusError('CANCELLED', 'the call was cancelled')) => close(reason),
    finish: () => close(),
    drain: () => draining.abort(),
  };
}
