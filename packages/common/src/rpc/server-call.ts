import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Metadata, type ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { Codec } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { StatusError, statusCodes, type StatusCode } from '../errors/status-error.js';
import { toResponseError, toStatus, type WireStatus } from '../errors/to-status.js';
import type { Logger } from '../logging/create-logger.js';
import { ByteWindow } from './byte-window.js';
import type { Context, RequestStream } from './context.js';
import type { BoundMethod } from './define-service.js';
import { confirmEnd } from './end-guard.js';
import { Incoming, type IncomingOwner } from './incoming.js';
import { createServerTransport, type ServerTransport, type TransportUser } from './server-transport.js';
import { toClientCertificate, type ClientCertificate } from './tls/client-certificate.js';

/** How a call went; made once, at its end. */
export interface CallOutcome {
  readonly code: StatusCode;
  /** The message of the status; empty for OK. */
  readonly message: string;
  readonly durationMs: number;
  /** Messages received. */
  readonly received: number;
  /** Messages sent. */
  readonly sent: number;
  /** The error that was thrown, where it is a fault of the server. */
  readonly error?: unknown;
}

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

const REQUEST_ID = 'x-request-id';
const DETAILS_TRAILER = 'grpc-status-details-bin';
/** For those who go on with a call that its handler has ended. One for all: a stack would tell nothing. */
const handlerHasEnded = new StatusError('CANCELLED', 'the handler has ended the call');
const OK: WireStatus = { code: 'OK', message: '', unexpected: false };

/**
 * One call on the server, of any kind: the kind is the two booleans of its method. It stands between grpc-js and a
 * handler, decides how the call ends, and is the handler's context.
 */
export class ServerCall implements Context<any>, TransportUser, IncomingOwner {
  readonly bound: BoundMethod;
  readonly metadata: Metadata;
  readonly requestId: string;
  readonly peer: string;
  readonly #call: ServerInterceptingCallInterface;
  readonly #environment: CallEnvironment;
  readonly #requests: Incoming<unknown>;
  readonly #responses: Codec<any>;
  readonly #window = new ByteWindow();
  readonly #transport: ServerTransport;
  readonly #started = performance.now();
  #sent = 0;
  #headerSent = false;
  /** Set when the call is over, with the reason unless it ended by its handler's word. */
  #over: { readonly reason?: StatusError } | undefined;
  #abort: AbortController | undefined;
  #log: Logger | undefined;
  #certificate: ClientCertificate | undefined;
  #header: Metadata | undefined;
  #trailer: Metadata | undefined;
  #boundWrite: ServerCall['write'] | undefined;
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
    this.peer = call.getPeer(); // now: a connection that is lost has no address
    const { directHttp2, maxMessageBytes } = environment;
    this.#transport = createServerTransport({ call, directHttp2, maxMessageBytes }, this);
    this.#requests = new Incoming(bound.method.request, this.#transport, this);
    this.#startDeadline();
    environment.onStart(this);
  }

  // --- what the handler sees ---

  get method(): string {
    return this.bound.method.path;
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
    return (this.#header ??= this.#createHeader());
  }

  get responseTrailer(): Metadata {
    return (this.#trailer ??= new Metadata());
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
    return (this.#boundWrite ??= (message) => this.#write(message));
  }

  #write(message: object): Promise<void> | undefined {
    if (this.#over !== undefined) {
      throw this.#over.reason ?? new StatusError('INTERNAL', 'a response was written after the end of the call');
    }
    const bytes = this.#encode(message);
    const { maxMessageBytes } = this.#environment;
    if (bytes.length > maxMessageBytes) {
      throw new StatusError(
        'RESOURCE_EXHAUSTED',
        `a response of ${bytes.length} bytes: the most is ${maxMessageBytes}`,
      );
    }
    this.#sendHeader();
    this.#sent += 1;
    this.#window.take(bytes.length);
    this.#transport.send(bytes);
    return this.#window.wait();
  }

  #encode(message: object): Buffer {
    try {
      return this.#responses.encode(message);
    } catch (error) {
      throw toResponseError(error);
    }
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

  // --- what the transport reports ---

  onFrame(message: Buffer): void {
    this.#requests.push(message);
  }

  toDecodeError(cause: unknown): StatusError {
    return new StatusError('INTERNAL', 'the request is no whole message', { cause });
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

  /** Runs the handler and ends the call with what comes of it. Never rejects. */
  async run(): Promise<void> {
    const { method, handler } = this.bound;
    try {
      this.#transport.resume();
      const input = method.requestStream ? this.#requests : await this.#readSingle();
      const output = handler(input as RequestStream<unknown>, this);
      if (!method.responseStream)
        void this.#write((await output) as object); // nothing comes after it
      else if (isAsyncIterable(output)) {
        // Where the call is over, or a response cannot be encoded, the loop lets the generator clean up.
        for await (const response of output) {
          const waiting = this.#write(response);
          if (waiting !== undefined) await waiting;
        }
      } else await output;
      this.#finish(OK);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the call from outside, with a status that the client gets. */
  end(reason: StatusError): void {
    if (this.#over !== undefined) return;
    this.#sendStatus(toStatus(reason));
    this.#break(reason);
  }

  #endRequests(): void {
    if (this.#transport.isWhole) this.#requests.end();
    else
      this.#requests.fail(new StatusError('INTERNAL', 'the requests end in the middle of a message'), {
        discard: false,
      });
  }

  async #readSingle(): Promise<unknown> {
    const first = await this.#requests.next();
    // https://github.com/grpc/grpc/blob/master/doc/statuscodes.md has UNIMPLEMENTED for any other number of requests.
    if (first.done === true) throw new StatusError('UNIMPLEMENTED', 'the call ended without a request');
    const second = await this.#requests.next();
    if (second.done !== true) throw new StatusError('UNIMPLEMENTED', 'the call has more than one request');
    return first.value;
  }

  #fail(error: unknown): void {
    const status = toStatus(error);
    if (this.#over === undefined) this.#finish(status, error);
    else if (status.unexpected && !isEcho(error))
      this.log.error({ err: error }, 'a handler failed after its call was over');
  }

  #finish(status: WireStatus, error?: unknown): void {
    if (this.#over !== undefined) return;
    this.#sendStatus(status);
    this.#close({}, status, error);
  }

  #sendStatus({ code, message, details }: WireStatus): void {
    this.#transport.flush();
    if (details !== undefined) this.responseTrailer.set(DETAILS_TRAILER, details);
    // A failure without a response goes out as trailers alone, header and all: only such a call may be tried again.
    if (code === 'OK') this.#sendHeader();
    else if (!this.#headerSent) this.responseTrailer.merge(this.responseHeader);
    this.#call.sendStatus({ code: statusCodes[code], details: message, metadata: this.#trailer ?? null });
  }

  /** Ends the call for the handler: its signal aborts, too. */
  #break(reason: StatusError): void {
    if (this.#over !== undefined) return;
    this.#close({ reason }, toStatus(reason));
    this.#abort?.abort(reason);
  }

  #close(over: { readonly reason?: StatusError }, { code, message, unexpected }: WireStatus, error?: unknown): void {
    this.#over = over;
    clearTimeout(this.#deadlineTimer);
    // Whoever still reads or writes beside the handler must not wait for ever, nor take this for the end of the requests.
    const reason = over.reason ?? handlerHasEnded;
    this.#requests.fail(reason, { discard: true });
    this.#window.close(reason);
    this.#transport.discard();
    this.#environment.onEnd(this, {
      code,
      message,
      durationMs: performance.now() - this.#started,
      received: this.#requests.received,
      sent: this.#sent,
      ...(unexpected && { error: error ?? new Error('a handler threw nothing') }),
    });
  }

  #sendHeader(): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    // One that its handler never asked for is not kept.
    this.#call.sendMetadata(this.#header ?? this.#createHeader());
  }

  #createHeader(): Metadata {
    const header = new Metadata();
    header.set(REQUEST_ID, this.requestId);
    return header;
  }

  /** grpc-js ends a call at its deadline only once the client has read what was sent before: this does not wait. */
  #startDeadline(): void {
    const deadline = Number(this.#call.getDeadline());
    if (deadline === Infinity || !this.bound.method.responseStream) return;
    const end = (): void => this.end(new StatusError('DEADLINE_EXCEEDED', 'the deadline has passed'));
    this.#deadlineTimer = setTimeout(end, Math.max(0, deadline - Date.now()));
  }
}

function readRequestId(metadata: Metadata): string {
  const [given] = metadata.get(REQUEST_ID);
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}

function isAsyncIterable(value: unknown): value is AsyncIterable<object> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Whether an error only says that the call is over: of what its signal has aborted, or of a call made inside it. */
function isEcho(error: unknown): boolean {
  if (error instanceof CallError) return error.code === 'CANCELLED' || error.code === 'DEADLINE_EXCEEDED';
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
