import { setMaxListeners } from 'node:events';
import type { Metadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { Codec } from '@streamworks/proto';
import type { User } from '../auth/user.js';
import { CallError } from '../errors/call-error.js';
import { StatusError } from '../errors/status-error.js';
import { toResponseError, toStatus, type WireStatus } from '../errors/to-status.js';
import type { Logger } from '../logging/create-logger.js';
import { ByteWindow } from './byte-window.js';
import type { CallOutcome } from './call-outcome.js';
import type { Context } from './context.js';
import type { BoundMethod, Roles } from './define-service.js';
import { EncodedMessage } from './encoded-message.js';
import { confirmEnd } from './end-guard.js';
import type { Frame } from './frame-reader.js';
import { EndListeners } from './end-listeners.js';
import { Incoming, type IncomingOwner } from './incoming.js';
import {
  noTaps,
  type EndListener,
  type InterceptedServerCall,
  type Tap,
  type TappedStream,
} from './interceptors/interceptor.js';
import type { Pipe } from './interceptors/pipe.js';
import { readRequestId } from './request-id.js';
import { ResponseMetadata, type ResponseOwner } from './response-metadata.js';
import { createServerTransport, type ServerTransport, type TransportUser } from './server-transport.js';
import { toClientCertificate, type ClientCertificate } from './tls/client-certificate.js';

/** What a call needs of the server that it belongs to. */
export interface CallEnvironment {
  readonly log: Logger;
  readonly draining: AbortSignal;
  readonly onStart: (call: ServerCall) => void;
  readonly onEnd: (call: ServerCall, outcome: CallOutcome) => void;
  /** The end of a request stream could not be told exactly from a cancel: see end-guard.ts. */
  readonly onInexactEnd: () => void;
  /** The most bytes of one message, either way. */
  readonly maxMessageBytes: number;
  /** Whether messages go straight to HTTP/2, where this grpc-js allows it. */
  readonly directHttp2: boolean;
}

/** For those who go on with a call that its handler has ended. One for all: a stack would tell nothing. */
const handlerHasEnded = new StatusError('CANCELLED', 'the handler has ended the call');
const interceptorHasEnded = new StatusError('CANCELLED', 'an interceptor has ended the call');
const OK: WireStatus = { code: 'OK', message: '', unexpected: false };

/**
 * One call on the server, of any kind: the kind is the two booleans of its method. It stands between grpc-js and a
 * handler, decides how the call ends, and is the handler's context.
 */
export class ServerCall implements Context<any>, InterceptedServerCall, TransportUser, IncomingOwner, ResponseOwner {
  readonly bound: BoundMethod;
  readonly metadata: Metadata;
  readonly requestId: string;
  user: User | undefined;
  /** What the interceptors have made of the requests so far. */
  requests: TappedStream<any>;
  /** Who is told of responses before they are sent. */
  responseTaps: readonly Tap[] = noTaps;
  /** Where an interceptor goes through the responses: what its handler writes takes that way, too. */
  pipe: Pipe | undefined;
  /** Where the call ends while it runs, it is told by its signal. */
  isHandlerRunning = false;
  /** What the handler is to run inside of. */
  withins: ((run: () => void) => void)[] | undefined;
  readonly #call: ServerInterceptingCallInterface;
  readonly #environment: CallEnvironment;
  readonly #requests: Incoming<any>;
  readonly #responses: Codec<any>;
  readonly #responseMetadata: ResponseMetadata;
  readonly #window = new ByteWindow();
  readonly #transport: ServerTransport;
  readonly #started = performance.now();
  #sent = 0;
  /** Set when the call is over, with the reason unless it ended by its handler's word. */
  #over: { readonly reason?: StatusError } | undefined;
  #abort: AbortController | undefined;
  #log: Logger | undefined;
  #certificate: ClientCertificate | undefined;
  #boundWrite: ServerCall['write'] | undefined;
  /** Set with `#over`. */
  #outcome: CallOutcome | undefined;
  /** What was wrong with a request, once the handler has been told. */
  #readError: unknown;
  #endListeners: EndListeners<this> | undefined;
  #deadlineTimer: NodeJS.Timeout | undefined;

  constructor(
    call: ServerInterceptingCallInterface,
    bound: BoundMethod,
    metadata: Metadata,
    environment: CallEnvironment,
  ) {
    this.#call = call;
    this.bound = bound;
    this.metadata = metadata;
    this.#environment = environment;
    this.#responses = bound.method.response;
    this.requestId = readRequestId(metadata);
    this.#responseMetadata = new ResponseMetadata(call, this);
    const { directHttp2 } = environment;
    const maxMessageBytes = Math.min(bound.maxRequestBytes ?? Infinity, environment.maxMessageBytes);
    this.#transport = createServerTransport({ call, directHttp2, maxMessageBytes }, this);
    this.#requests = new Incoming(bound.method.request, this.#transport, this);
    this.requests = this.#requests;
    this.#startDeadline();
    environment.onStart(this);
  }

  // --- what the handler sees ---

  get method(): string {
    return this.bound.method.path;
  }

  /** Of what was noted when the call came: a connection that is lost has no address. */
  get peer(): string {
    const { remoteAddress, remotePort } = this.#call.getConnectionInfo();
    return remoteAddress === undefined ? 'unknown' : `${remoteAddress}:${remotePort}`;
  }

  get service(): string {
    return this.bound.service;
  }

  get definition(): BoundMethod['method'] {
    return this.bound.method;
  }

  get roles(): Roles | undefined {
    return this.bound.roles;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      setMaxListeners(Infinity, this.#abort.signal); // a handler may wait for more than ten things
    }
    if (this.#over?.reason !== undefined) this.#abort.abort(this.#over.reason);
    return this.#abort.signal;
  }

  get responseHeader(): Metadata {
    return this.#responseMetadata.header;
  }

  get responseTrailer(): Metadata {
    return this.#responseMetadata.trailer;
  }

  get deadline(): Date | undefined {
    const deadline = this.#call.getDeadline();
    return deadline === Infinity ? undefined : new Date(deadline);
  }

  get certificate(): ClientCertificate | undefined {
    return (this.#certificate ??= toClientCertificate(this.#call.getAuthContext().sslPeerCertificate));
  }

  get log(): Logger {
    this.#log ??= this.#environment.log.child({ method: this.method, requestId: this.requestId });
    return this.#log;
  }

  get draining(): AbortSignal {
    return this.#environment.draining;
  }

  /** Bound: a handler may take it out of its context, like everything else there. */
  get write(): (message: object) => Promise<void> | undefined {
    return (this.#boundWrite ??= (message) => {
      this.throwIfOver();
      if (this.pipe === undefined) return this.send(message);
      // An interceptor may change the message that it goes through: it is not the one that others get.
      return this.pipe.write(message instanceof EncodedMessage ? this.#responses.decode(message.bytes) : message);
    });
  }

  // The rest is bound for the same reason.

  get flushed(): () => Promise<void> | undefined {
    return () => this.#window.waitUntilEmpty();
  }

  get end(): (reason: StatusError) => void {
    return (reason) => {
      if (this.#over !== undefined) return;
      this.#sendStatus(toStatus(reason));
      this.#break(reason);
    };
  }

  get onEnd(): (listener: EndListener<this>) => () => void {
    return (listener) => {
      if (this.#outcome === undefined) return (this.#endListeners ??= new EndListeners()).add(listener);
      this.#tell(listener, this.#outcome);
      return noop;
    };
  }

  get sendHeader(): () => void {
    return () => {
      if (this.#over === undefined) this.#responseMetadata.sendHeader();
    };
  }

  /** To be called before anything is done for a call that may be over. */
  throwIfOver(): void {
    if (this.#over === undefined) return;
    throw this.#over.reason ?? new StatusError('INTERNAL', 'a response was written after the end of the call');
  }

  /** Sends a response; a promise where whoever sends more must wait. */
  send(message: object): Promise<void> | undefined {
    this.throwIfOver();
    const encoded = message instanceof EncodedMessage ? message : undefined;
    if (this.responseTaps.length > 0) {
      this.#tap(encoded?.message ?? message);
      this.throwIfOver(); // a listener may have ended the call
    }
    const bytes = encoded?.bytes ?? this.#encode(message);
    const { maxMessageBytes } = this.#environment;
    if (bytes.length > maxMessageBytes) {
      throw new StatusError(
        'RESOURCE_EXHAUSTED',
        `a response of ${bytes.length} bytes: the most is ${maxMessageBytes}`,
      );
    }
    this.#responseMetadata.sendHeader();
    this.#sent += 1;
    this.#window.take(bytes.length);
    if (encoded === undefined) this.#transport.send(bytes);
    else this.#transport.sendSoon(bytes); // it is published: the next one comes at no cost
    return this.#window.wait();
  }

  /** A listener that throws ends the call, also where its handler would not notice. */
  #tap(message: object): void {
    try {
      for (const tap of this.responseTaps) tap(message);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  #encode(message: object): Buffer {
    try {
      return this.#responses.encode(message);
    } catch (error) {
      throw toResponseError(error);
    }
  }

  // --- what only interceptors see ---

  within(wrapper: (run: () => void) => void): void {
    (this.withins ??= []).push(wrapper);
  }

  // --- what grpc-js reports ---

  onMessage(bytes: Buffer): void {
    this.#transport.onMessage(bytes);
  }

  onHalfClose(): void {
    // A single request is whole by itself. The end of a stream must be told from a cancel.
    if (!this.bound.method.requestStream) return this.#endRequests();
    confirmEnd(this.#call, {
      isCancelled: () => this.#over !== undefined,
      onEnd: () => this.#endRequests(),
      onLost: () => this.onCancel(),
      onInexact: this.#environment.onInexactEnd,
    });
  }

  /** grpc-js reports this after a normal end, too: then the call is over already. */
  onCancel(): void {
    if (this.#over !== undefined) return;
    const isLate = Date.now() >= Number(this.#call.getDeadline());
    this.#break(
      isLate
        ? new StatusError('DEADLINE_EXCEEDED', 'the deadline has passed')
        : new StatusError('CANCELLED', 'the call was cancelled or cut off'),
    );
  }

  // --- what its parts report ---

  onLeftOut(keys: readonly string[]): void {
    this.log.error({ keys }, 'left out of the response: HTTP/2 or gRPC has no place for these keys');
  }

  onFrame(message: Frame): void {
    this.#requests.push(message);
  }

  toDecodeError(cause: unknown): StatusError {
    if (cause instanceof StatusError) return cause;
    return new StatusError('INTERNAL', 'the request is no whole message', { cause });
  }

  onReadError(error: unknown): unknown {
    this.#readError ??= error;
    return error;
  }

  onBadFrame(error: unknown): void {
    this.#transport.discard();
    const reason = error instanceof StatusError ? error : new StatusError('INTERNAL', 'the requests cannot be read');
    this.#requests.fail(reason, { discard: false });
  }

  onSent(messages: number, bytes: number): void {
    this.#window.give(messages, bytes);
  }

  // --- the course of a call ---

  /** Lets requests come: not before the interceptors have let the call pass. */
  startRequests(): void {
    this.#requests.start();
  }

  /** What broke the requests off, if something has. */
  get requestsFailure(): unknown {
    return this.#requests.failure;
  }

  /** Ends the call as its handler has ended. One that overlooks a bad request has not ended well. */
  finish(): void {
    if (this.#readError === undefined) this.#finish(OK);
    else this.fail(this.#readError);
  }

  /** Ends the call with what its handler, or an interceptor, has thrown. */
  fail(error: unknown): void {
    const status = toStatus(error);
    if (this.#over === undefined) this.#finish(status, error);
    else if (status.unexpected && !isEcho(error))
      this.log.error({ err: error }, 'a handler failed after its call was over');
  }

  #endRequests(): void {
    if (this.#transport.isWhole) this.#requests.end();
    else
      this.#requests.fail(new StatusError('INTERNAL', 'the requests end in the middle of a message'), {
        discard: false,
      });
  }

  #finish(status: WireStatus, error?: unknown): void {
    if (this.#over !== undefined) return;
    this.#sendStatus(status);
    if (!this.isHandlerRunning) return this.#close({}, status, error);
    // An interceptor, or a listener, has ended the call while its handler goes on.
    const reason = error instanceof StatusError ? error : interceptorHasEnded;
    this.#close({ reason }, status, error);
  }

  #sendStatus(status: WireStatus): void {
    this.#transport.flush();
    this.#responseMetadata.sendStatus(status);
  }

  /** Ends the call for the handler: its signal aborts, too. */
  #break(reason: StatusError): void {
    if (this.#over !== undefined) return;
    this.#close({ reason }, toStatus(reason));
  }

  #close(over: { readonly reason?: StatusError }, { code, message, unexpected }: WireStatus, error?: unknown): void {
    this.#over = over;
    clearTimeout(this.#deadlineTimer);
    // Whoever still reads or writes beside the handler must not wait for ever, nor take this for the end of the requests.
    const reason = over.reason ?? handlerHasEnded;
    this.#requests.fail(reason, { discard: true });
    this.#window.close(reason);
    this.#transport.discard();
    this.pipe?.leave(reason);
    const outcome: CallOutcome = {
      code,
      message,
      durationMs: performance.now() - this.#started,
      received: this.#requests.received,
      sent: this.#sent,
      ...(unexpected && { error: error ?? new Error('a handler threw nothing') }),
    };
    this.#outcome = outcome;
    this.#environment.onEnd(this, outcome);
    if (over.reason !== undefined) this.#abort?.abort(over.reason);
    this.#endListeners?.take((listener) => this.#tell(listener, outcome));
  }

  #tell(listener: EndListener<this>, outcome: CallOutcome): void {
    try {
      listener(outcome, this);
    } catch (err) {
      this.log.error({ err }, 'a listener for the end of a call failed');
    }
  }

  /** grpc-js ends a call at its deadline only once the client has read what was sent before: this does not wait. */
  #startDeadline(): void {
    const deadline = Number(this.#call.getDeadline());
    if (deadline === Infinity || !this.bound.method.responseStream) return;
    const end = (): void => this.end(new StatusError('DEADLINE_EXCEEDED', 'the deadline has passed'));
    this.#deadlineTimer = setTimeout(end, Math.max(0, deadline - Date.now()));
  }
}

function noop(): void {
  // The listener has been told already.
}

/** Whether an error only says that the call is over: of what its signal has aborted, or of a call made inside it. */
function isEcho(error: unknown): boolean {
  if (error instanceof CallError) return error.code === 'CANCELLED' || error.code === 'DEADLINE_EXCEEDED';
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
