import type { Metadata } from '@grpc/grpc-js';
import type { Method } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { StatusError, type StatusCode } from '../errors/status-error.js';
import type { CallOptions, PreparedCall } from './call-options.js';
import type { CallOutcome } from './call-outcome.js';
import type { ClientCall } from './client-call.js';
import type { MethodCaller, Requests, Responses } from './client-method.js';
import { EndListeners } from './end-listeners.js';
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
  return (input: any, options?: CallOptions): Responses<any> => new InterceptedCall(caller, input, options).runStream();
}

/** A chain that has come to its end with nothing to do but to open the call. */
type PassedOn = Extract<ChainEnd, { readonly responses?: undefined }>;

/** A call of a client as its interceptors see it, from before it is opened until after its end. */
class InterceptedCall implements InterceptedClientCall {
  requests: TappedStream<any>;
  /** The request, or the requests, as they were given, and as interceptors see them. */
  readonly #input: object;
  readonly #wrappedInput: WrappedMessages;
  readonly #caller: MethodCaller;
  readonly #prepared: PreparedCall;
  readonly #started = performance.now();
  /** Ends what waits for interceptors: they do not know of the deadline. Most calls wait for none. */
  #stopWatch: StopWatch | undefined;
  readonly #listeners = new EndListeners<this>();
  #outcome: CallOutcome | undefined;
  #call: ClientCall | undefined;

  constructor(caller: MethodCaller, input: object, options: CallOptions = {}) {
    this.#caller = caller;
    this.#prepared = caller.prepare(options);
    this.#input = input;
    this.#wrappedInput = new WrappedMessages(caller.method.requestStream ? (input as Requests<object>) : [input]);
    this.requests = this.#wrappedInput;
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

  onEnd(listener: EndListener<this>): () => void {
    if (this.#outcome === undefined) return this.#listeners.add(listener);
    this.#tell(listener, this.#outcome);
    return noop;
  }

  /** Ends it, opened or not. */
  cancel(reason: string): void {
    if (this.#outcome !== undefined) return;
    this.#createStopWatch().stop(new CallError({ code: 'CANCELLED', message: reason, method: this.method }));
    this.#call?.cancel(reason);
  }

  /** Gives the one response of a method that has one. */
  async runSingle(): Promise<unknown> {
    try {
      const followed = this.#follow();
      const response = this.#isPassedOn(followed)
        ? await this.#openAsGiven(followed).readSingle()
        : await this.#wait(this.#runSingle(followed));
      this.#end('OK');
      return response;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #runSingle(followed: ChainEnd | Promise<ChainEnd>): Promise<unknown> {
    const end = await followed;
    if (end.responses !== undefined) return takeSingle(withTaps(new WrappedMessages(end.responses), end.taps));
    const call = await this.#open(end.requests);
    withTaps(call.responses, end.taps);
    return call.readSingle();
  }

  /** Gives the responses of a method that has many. */
  runStream(): Responses<any> {
    try {
      const followed = this.#follow();
      if (this.#isPassedOn(followed)) return this.#openAsGiven(followed, this.#createEndListener()).responses;
      return this.#toLate(this.#runStream(followed));
    } catch (error) {
      return this.#toLate(Promise.reject(this.#fail(error)));
    }
  }

  #toLate(responses: Promise<TappedStream<any>>): Responses<any> {
    return new LateResponses(responses, () => this.cancel('the reader of the responses left before their end'));
  }

  async #runStream(followed: ChainEnd | Promise<ChainEnd>): Promise<TappedStream<any>> {
    try {
      const end = await this.#wait(Promise.resolve(followed));
      if (end.responses === undefined)
        return withTaps((await this.#wait(this.#open(end.requests, this.#createEndListener()))).responses, end.taps);
      const responses = withTaps(new WrappedMessages(end.responses), end.taps);
      return new WrappedMessages(this.#watch(responses)).start();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #createEndListener(): (outcome: CallOutcome) => void {
    return ({ code, message }) => this.#end(code, message);
  }

  #follow(): ChainEnd | Promise<ChainEnd> {
    return followChain<InterceptedClientCall>({
      interceptors: this.#caller.interceptors,
      call: this,
      wrap: (requests) => new WrappedMessages(requests),
      throwIfOver: () => this.#throwIfOver(),
      run: (requests) => this.#runResponses(requests),
    });
  }

  #throwIfOver(): void {
    if (this.#prepared.signals.some(({ aborted }) => aborted)) this.#createStopWatch();
    this.#stopWatch?.throwIfStopped();
  }

  /** Whether every interceptor has passed the call on at once, and has no part in its requests: there is nothing to wait for. */
  #isPassedOn(followed: ChainEnd | Promise<ChainEnd>): followed is PassedOn {
    if (followed instanceof Promise || followed.responses !== undefined) return false;
    return followed.requests === this.#wrappedInput && !this.#wrappedInput.isTapped;
  }

  #openAsGiven({ taps }: PassedOn, onEnd?: (outcome: CallOutcome) => void): ClientCall {
    const { method } = this.#caller;
    const single = method.requestStream ? undefined : method.request.encode(this.#input);
    const call = this.#start(single, this.#input as Requests<object>, onEnd);
    withTaps(call.responses, taps);
    return call;
  }

  async #open(requests: TappedStream<any>, onEnd?: (outcome: CallOutcome) => void): Promise<ClientCall> {
    const { method } = this.#caller;
    const single = method.requestStream ? undefined : method.request.encode(await readSingle(requests));
    return this.#start(single, requests, onEnd);
  }

  /** The single request is encoded before the call starts: one that does not fit never reaches the server. */
  #start(single: Buffer | undefined, requests: Requests<object>, onEnd?: (outcome: CallOutcome) => void): ClientCall {
    this.#throwIfOver();
    const call = this.#caller.open(this.#prepared, onEnd);
    this.#call = call;
    if (single === undefined)
      void call.sendAll(requests); // its failure ends the responses with the same error
    else call.sendSingle(single);
    return call;
  }

  #wait<Result>(work: Promise<Result>): Promise<Result> {
    return this.#createStopWatch().wait(work);
  }

  #createStopWatch(): StopWatch {
    const { deadline, signals } = this.#prepared;
    return (this.#stopWatch ??= new StopWatch({ deadline, signals, method: this.method }));
  }

  /** The responses, for an interceptor that goes through them. */
  async *#runResponses(requests: TappedStream<any>): AsyncGenerator<object, void, undefined> {
    const call = await this.#wait(this.#open(requests));
    if (this.#caller.method.responseStream) yield* call.responses;
    else yield await call.readSingle();
  }

  /** What an interceptor gives goes to the caller; the listeners are told how that has ended. */
  async *#watch(responses: TappedStream<any>): AsyncGenerator<object, void, undefined> {
    let isLeft = true;
    try {
      for (;;) {
        const result = await this.#wait(responses.next());
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
    this.#stopWatch?.end();
    this.#caller.onSettled(this);
    const durationMs = performance.now() - this.#started;
    const { received = 0, sent = 0 } = this.#call ?? {};
    const outcome: CallOutcome = { code, message, durationMs, received, sent };
    this.#outcome = outcome;
    this.#listeners.take((listener) => this.#tell(listener, outcome));
  }

  #tell(listener: EndListener<this>, outcome: CallOutcome): void {
    try {
      listener(outcome, this);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'a listener for the end of a call failed');
    }
  }
}

function noop(): void {
  // The listener has been told already.
}

function withTaps<Stream extends TappedStream<any>>(stream: Stream, taps: readonly Tap[]): Stream {
  for (const tap of taps) stream.tap(tap);
  return stream;
}
