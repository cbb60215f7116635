import { setMaxListeners } from 'node:events';
import type { ChannelInterface, Metadata, StatusObject } from '@grpc/grpc-js';
import type { Method } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { StatusError, toStatusCode, type ErrorCode, type StatusCode } from '../errors/status-error.js';
import type { PreparedCall } from './call-options.js';
import type { CallOutcome } from './call-outcome.js';
import { ClientTransport } from './client-transport.js';
import type { Frame } from './frame-reader.js';
import { Incoming, type IncomingOwner } from './incoming.js';

/** What one call is given by its client; the rest comes from the options of the call. */
export interface ClientCallOptions extends PreparedCall {
  readonly channel: ChannelInterface;
  readonly method: Method<any, any>;
  readonly maxMessageBytes: number;
  readonly directHttp2: boolean;
  /** What to tell the caller where grpc-js says that there is no connection. */
  readonly explain: (message: string) => string;
  readonly onOver: (call: ClientCall) => void;
  readonly onEnd: ((outcome: CallOutcome) => void) | undefined;
}

const CANCELLED = 1;

/** For those who still wait to send when the server has ended a call with OK. One for all: a stack would tell nothing. */
const serverHasEnded = new StatusError('CANCELLED', 'the server has ended the call');

/** One call on the client, of any kind. It starts when it is made, and is over with its status. */
export class ClientCall implements IncomingOwner {
  /** The responses: they end with OK, and throw a CallError for any other status. */
  readonly responses: Incoming<any>;
  readonly #call: ReturnType<ChannelInterface['createCall']>;
  readonly #method: Method<any, any>;
  readonly #transport: ClientTransport;
  readonly #options: ClientCallOptions;
  readonly #abort: () => void;
  readonly #deadlineTimer: NodeJS.Timeout | undefined;
  readonly #started = performance.now();
  #sent = 0;
  #over = false;

  constructor(options: ClientCallOptions) {
    const { channel, method, metadata, deadline, signals } = options;
    this.#options = options;
    this.#method = method;
    // Set before grpc-js sets its own: of two timers for one moment the first fires first.
    if (deadline !== undefined && method.requestStream) this.#deadlineTimer = this.#startDeadline(deadline);
    const call = channel.createCall(method.path, deadline ?? Infinity, null, null, null);
    this.#call = call;
    this.#transport = new ClientTransport({ ...options, call, receiver: this });
    this.responses = new Incoming(method.response, this.#transport, this);
    this.#abort = () => this.cancel(describeAbort(signals));
    for (const signal of signals) {
      // One may stand for all calls of an application; each takes its listener away at its end.
      setMaxListeners(Infinity, signal);
      signal.addEventListener('abort', this.#abort, { once: true });
    }
    // Before it is started: then grpc-js does not open it at all.
    if (signals.some((signal) => signal.aborted)) this.#abort();
    call.start(metadata, {
      onReceiveMetadata: (header) => {
        this.#transport.onHeader();
        this.#tell(options.onHeader, header);
      },
      onReceiveMessage: (bytes: Buffer) => this.#transport.onMessage(bytes),
      onReceiveStatus: (status) => this.#transport.afterMessages(() => this.#onStatus(status)),
    });
    this.responses.start();
  }

  onFrame(message: Frame): void {
    this.responses.push(message);
  }

  onReadError(error: unknown): unknown {
    this.cancel('a response cannot be read');
    return error instanceof StatusError ? CallError.from(error, this.#method.path) : error;
  }

  /** Messages received. */
  get received(): number {
    return this.responses.received;
  }

  /** Messages sent. */
  get sent(): number {
    return this.#sent;
  }

  onReturn(): void {
    this.cancel('the reader of the responses left before their end');
  }

  /** Sends the one request of a method that has one, encoded already. */
  sendSingle(request: Buffer): void {
    void this.#write(request); // nothing comes after it
    this.#transport.halfClose();
  }

  /** Sends one request; a promise where the caller must wait before it sends more. */
  #write(request: Buffer): Promise<void> | undefined {
    this.#sent += 1;
    return this.#transport.write(request);
  }

  /** Sends every request of the source, at the pace at which the server takes them, then half-closes. */
  async sendAll(requests: AsyncIterable<object> | Iterable<object>): Promise<void> {
    try {
      for await (const request of requests) {
        if (this.#over) return;
        const waiting = this.#write(this.#method.request.encode(request));
        if (waiting !== undefined) await waiting;
      }
      this.#transport.halfClose();
    } catch (error) {
      // The source failed, or a request does not fit: the server must not take what was sent for all there is.
      if (this.#over) return;
      const failure = error instanceof StatusError ? CallError.from(error, this.#method.path) : error;
      this.responses.fail(failure, { discard: true });
      this.cancel('the source of the requests failed');
    }
  }

  /** Cancels the call; does nothing where it is over. */
  cancel(reason: string): void {
    if (this.#over) return;
    this.#cancelNow(reason);
    // A call that was started in this turn is opened by grpc-js all the same, a few microtasks later.
    setImmediate(() => this.#cancelNow(reason));
  }

  #cancelNow(reason: string): void {
    this.#transport.prepareCancel();
    this.#call.cancelWithStatus(CANCELLED, reason);
  }

  /** The one response of a call that has one. */
  async readSingle(): Promise<any> {
    const first = await this.responses.next();
    // https://github.com/grpc/grpc/blob/master/doc/statuscodes.md has UNIMPLEMENTED for any other number of responses.
    if (first.done === true) throw this.#toError('UNIMPLEMENTED', 'the call ended with OK and without a response');
    const second = await this.responses.next();
    if (second.done !== true) {
      this.cancel('more than one response');
      throw this.#toError('UNIMPLEMENTED', 'the call has more than one response');
    }
    return first.value;
  }

  #onStatus(status: StatusObject): void {
    const { code: number, details: message, metadata: trailer } = status;
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#deadlineTimer);
    for (const signal of this.#options.signals) signal.removeEventListener('abort', this.#abort);
    this.#tell(this.#options.onTrailer, trailer);
    this.#options.onOver(this);
    const code = toStatusCode(number);
    const durationMs = performance.now() - this.#started;
    const { received, sent } = this;
    this.#settle(code, status);
    this.#options.onEnd?.({ code, message, durationMs, received, sent });
  }

  #settle(code: StatusCode, { details: message, metadata: trailer }: StatusObject): void {
    const [details] = trailer.get('grpc-status-details-bin');
    if (code === 'OK') {
      this.responses.end();
      this.#transport.close(serverHasEnded);
      return;
    }
    const isOurs = code === 'UNAVAILABLE' && isWithoutHeaders(trailer);
    const text = isOurs ? this.#options.explain(message) : message;
    const error = this.#toError(code, text, Buffer.isBuffer(details) ? details : undefined);
    this.responses.fail(error, { discard: false });
    this.#transport.close(error);
  }

  /** A callback of the caller that throws fails the call. */
  #tell(callback: ((metadata: Metadata) => void) | undefined, metadata: Metadata): void {
    try {
      callback?.(metadata);
    } catch (error) {
      this.responses.fail(error, { discard: true });
      this.cancel('a callback of the caller failed');
    }
  }

  /** grpc-js ends the call when the time has come; see `prepareCancel`. */
  #startDeadline(deadline: Date): NodeJS.Timeout {
    return setTimeout(() => this.#transport.prepareCancel(), Math.max(0, deadline.getTime() - Date.now()));
  }

  onBadFrame(cause: unknown): void {
    const code = cause instanceof StatusError ? cause.code : 'INTERNAL';
    const error = this.#toError(code, cause instanceof Error ? cause.message : 'the responses cannot be read');
    this.responses.fail(error, { discard: false });
    this.cancel(error.statusMessage);
  }

  toDecodeError(cause: unknown): CallError {
    const isStatus = cause instanceof StatusError;
    const error = this.#toError(
      isStatus ? cause.code : 'INTERNAL',
      isStatus ? cause.message : 'a response is no whole message',
    );
    error.cause = cause;
    return error;
  }

  #toError(code: ErrorCode, message: string, details?: Buffer): CallError {
    return new CallError({ code, message, method: this.#method.path, ...(details && { details }) });
  }
}

/** A status that came from a server has headers of HTTP/2 beside it; grpc-js adds one to its own when it has tried again. */
function isWithoutHeaders(trailer: Metadata): boolean {
  return Object.keys(trailer.getMap()).every((key) => key === 'grpc-previous-rpc-attempts');
}

function describeAbort(signals: readonly AbortSignal[]): string {
  const reason: unknown = signals.find((signal) => signal.aborted)?.reason;
  return reason instanceof Error ? reason.message : 'the call was cancelled by its signal';
}
