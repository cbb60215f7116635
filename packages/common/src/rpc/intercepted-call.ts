import type { Metadata } from '@grpc/grpc-js';
import type { Method } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { StatusError, type StatusCode } from '../errors/status-error.js';
import type { CallOptions, PreparedCall } from './call-options.js';
import type { CallOutcome } from './call-outcome.js';
import type { ClientCall } from './client-call.js';
import type { MethodCaller, Requests } from './client-method.js';
import { followChain, type ChainEnd } from './interceptors/chain.js';
import type { EndListener, InterceptedClientCall, Tap, TappedStream } from './interceptors/interceptor.js';
import { LateResponses } from './interceptors/late-responses.js';
import { WrappedMessages } from './interceptors/wrapped-messages.js';
import { readSingle, takeSingle } from './read-single.js';
import { StopWatch } from './stop-watch.js';

/** The function of a method whose calls go through interceptors. A call is opened when they have passed it on. */
export function callThroughInterceptors(caller: MethodCaller) {
  if (!caller.method.responseStream)
    return async (input: any, options?: CallOptions): Promise<unknown> =>
      new InterceptedCall(caller, input, options).runSingle();
  return (input: any, options?: CallOptions): LateResponses => {
    const call = new InterceptedCall(caller, input, options);
    return new LateResponses(call.runStream(), () => call.cancel('the reader of the responses left before their end'));
  };
}

/** A call of a client as its interceptors see it, from before it is opened until after its end. */
class InterceptedCall implements InterceptedClientCall {
  requests: TappedStream<any>;
  readonly #caller: MethodCaller;
  readonly #prepared: PreparedCall;
  readonly #started = performance.now();
  /** Ends what waits for interceptors: they do not know of the deadline. */
  readonly #stopWatch: StopWatch;
  readonly #listeners: EndListener<this>[] = [];
  #outcome: CallOutcome | undefined;
  #call: ClientCall | undefined;

  constructor(caller: MethodCaller, input: object, options: CallOptions = {}) {
    this.#caller = caller;
    this.#prepared = caller.prepare(options);
    this.requests = new WrappedMessages(caller.method.requestStream ? (input as Requests<object>) : [input]);
    const { deadline, signals } = this.#prepared;
    this.#stopWatch = new StopWatch({ deadline, signals, method: this.method });
    caller.onPending(this);
  }

  get method(): string {
    return this.#caller.method.path;
  }

  get service(): string {
    return this.#caller.service;
  }

  get definition(): Method<any, any> {
    return this.#caller.method;
  }

  get metadata(): Metadata {
    return this.#prepared.metadata;
  }

  get deadline(): Date | undefined {
    return this.#prepared.deadline;
  }

  onEnd(listener: EndListener<this>): void {
    if (this.#outcome === undefined) this.#listeners.push(listener);
    else this.#tell(listener, this.#outcome);
  }

  /** Ends it, opened or not. */
  cancel(reason: string): void {
    this.#stopWatch.stop(new CallError({ code: 'CANCELLED', message: reason, method: this.method }));
    this.#call?.cancel(reason);
  }

  /** Gives the one response of a method that has one. */
  async runSingle(): Promise<unknown> {
    try {
      const response = await this.#stopWatch.wait(this.#runSingle());
      this.#end('OK');
      return response;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #runSingle(): Promise<unknown> {
    const end = await this.#follow();
    if (end.responses !== undefined) return takeSingle(withTaps(new WrappedMessages(end.responses), end.taps));
    const call = await this.#open(end.requests);
    withTaps(call.responses, end.taps);
    return call.readSingle();
  }

  /** Gives the responses of a method that has many. */
  async runStream(): Promise<TappedStream<any>> {
    try {
      const end = await this.#stopWatch.wait(this.#follow());
      if (end.responses === undefined) {
        const onEnd = ({ code, message }: CallOutcome): void => this.#end(code, message);
        return withTaps((await this.#stopWatch.wait(this.#open(end.requests, onEnd))).responses, end.taps);
      }
      const responses = withTaps(new WrappedMessages(end.responses), end.taps);
      return new WrappedMessages(this.#watch(responses)).start();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #follow(): Promise<ChainEnd> {
    return followChain<InterceptedClientCall>({
      interceptors: this.#caller.interceptors,
      call: this,
      wrap: (requests) => new WrappedMessages(requests),
      throwIfOver: () => this.#stopWatch.throwIfStopped(),
      run: (requests) => this.#runResponses(requests),
    });
  }

  async #open(requests: TappedStream<any>, onEnd?: (outcome: CallOutcome) => void): Promise<ClientCall> {
    const { method, open } = this.#caller;
    // Encoded before the call starts: a request that does not fit never reaches the server.
    const single = method.requestStream ? undefined : method.request.encode(await readSingle(requests));
    this.#stopWatch.throwIfStopped();
    const call = open(this.#prepared, onEnd);
    this.#call = call;
    if (single === undefined)
      void call.sendAll(requests); // its failure ends the responses with the same error
    else call.sendSingle(single);
    return call;
  }

  /** The responses, for an interceptor that goes through them. */
  async *#runResponses(requests: TappedStream<any>): AsyncGenerator<object, void, undefined> {
    const call = await this.#stopWatch.wait(this.#open(requests));
    if (this.#caller.method.responseStream) yield* call.responses;
    else yield await call.readSingle();
  }

  /** What an interceptor gives goes to the caller; the listeners are told how that has ended. */
  async *#watch(responses: TappedStream<any>): AsyncGenerator<object, void, undefined> {
    let isLeft = true;
    try {
      for (;;) {
        const result = await this.#stopWatch.wait(responses.next());
        if (result.done === true) break;
        yield result.value as object;
      }
      isLeft = false;
      this.#end('OK');
    } catch (error) {
      isLeft = false;
      throw this.#fail(error);
    } finally {
      // Not waited for: an interceptor that hangs must not hold its caller.
      if (isLeft) this.#end('CANCELLED', 'the reader of the responses left before their end');
      responses.return?.().catch(() => undefined); // its failure comes after the end of the call
    }
  }

  /** What an interceptor throws is to the caller what the server would have thrown. */
  #fail(error: unknown): unknown {
    const { method } = this;
    const failure = error instanceof StatusError ? CallError.from(error, method) : error;
    const isStatus = failure instanceof CallError;
    this.#end(isStatus ? failure.code : 'UNKNOWN', isStatus ? failure.statusMessage : String(failure));
    this.#call?.cancel('an interceptor has ended the call');
    return failure;
  }

  #end(code: StatusCode, message = ''): void {
    if (this.#outcome !== undefined) return;
    this.#stopWatch.end();
    this.#caller.onSettled(this);
    const durationMs = performance.now() - this.#started;
    const { received = 0, sent = 0 } = this.#call ?? {};
    this.#outcome = { code, message, durationMs, received, sent };
    // As with the ends of loops: what stands further in is told first.
    for (const listener of this.#listeners.toReversed()) this.#tell(listener, this.#outcome);
  }

  #tell(listener: EndListener<this>, outcome: CallOutcome): void {
    try {
      listener(outcome, this);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'a listener for the end of a call failed');
    }
  }
}

function withTaps<Stream extends TappedStream<any>>(stream: Stream, taps: readonly Tap[]): Stream {
  for (const tap of taps) stream.tap(tap);
  return stream;
}
