import type { Metadata } from '@grpc/grpc-js';
import type { Method } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import { StatusError } from '../errors/status-error.js';
import type { CallOptions, PreparedCall } from './call-options.js';
import type { CallOutcome } from './call-outcome.js';
import type { ClientCall } from './client-call.js';
import type { MethodCaller, Requests } from './client-method.js';
import { followChain, type ChainEnd } from './interceptors/chain.js';
import type { EndListener, InterceptedClientCall, Tap, TappedStream } from './interceptors/interceptor.js';
import { LateResponses } from './interceptors/late-responses.js';
import { WrappedMessages } from './interceptors/wrapped-messages.js';
import { readSingle, takeSingle } from './read-single.js';

/** The function of a method whose calls go through interceptors. A call is opened when they have passed it on. */
export function callThroughInterceptors(caller: MethodCaller) {
  if (!caller.method.responseStream)
    return async (input: any, options?: CallOptions): Promise<unknown> =>
      new InterceptedCall(caller, input, options).runSingle();
  return (input: any, options?: CallOptions) =>
    new LateResponses(new InterceptedCall(caller, input, options).runStream());
}

/** A call of a client as its interceptors see it, from before it is opened until after its end. */
class InterceptedCall implements InterceptedClientCall {
  requests: TappedStream<any>;
  readonly #caller: MethodCaller;
  readonly #prepared: PreparedCall;
  readonly #started = performance.now();
  #listeners: EndListener<this>[] = [];

  constructor(caller: MethodCaller, input: object, options: CallOptions = {}) {
    this.#caller = caller;
    this.#prepared = caller.prepare(options);
    this.requests = new WrappedMessages(caller.method.requestStream ? (input as Requests<object>) : [input]);
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
    this.#listeners.push(listener);
  }

  /** Gives the one response of a method that has one. */
  async runSingle(): Promise<unknown> {
    try {
      const end = await this.#follow();
      if (end.responses !== undefined) return await takeSingle(withTaps(new WrappedMessages(end.responses), end.taps));
      const call = await this.#open(end.requests);
      withTaps(call.responses, end.taps);
      return await call.readSingle();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Gives the responses of a method that has many. */
  async runStream(): Promise<TappedStream<any>> {
    try {
      const end = await this.#follow();
      if (end.responses === undefined) return withTaps((await this.#open(end.requests)).responses, end.taps);
      return withTaps(new WrappedMessages(this.#failing(end.responses)).start(), end.taps);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #follow(): ChainEnd | Promise<ChainEnd> {
    const run = (requests: TappedStream<any>): AsyncIterable<object> => this.#runResponses(requests);
    const wrap = (requests: AsyncIterable<object>): WrappedMessages => new WrappedMessages(requests);
    return followChain<InterceptedClientCall>({ interceptors: this.#caller.interceptors, call: this, wrap, run });
  }

  async #open(requests: TappedStream<any>): Promise<ClientCall> {
    const { method, open } = this.#caller;
    const onEnd = (outcome: CallOutcome): void => this.#end(outcome);
    if (method.requestStream) {
      const call = open(this.#prepared, onEnd);
      void call.sendAll(requests); // its failure ends the responses with the same error
      return call;
    }
    // Encoded before the call starts: a request that does not fit never reaches the server.
    const bytes = method.request.encode(await readSingle(requests));
    const call = open(this.#prepared, onEnd);
    call.sendSingle(bytes);
    return call;
  }

  /** The responses, for an interceptor that goes through them. */
  async *#runResponses(requests: TappedStream<any>): AsyncGenerator<object, void, undefined> {
    const call = await this.#open(requests);
    if (this.#caller.method.responseStream) yield* call.responses;
    else yield await call.readSingle();
  }

  async *#failing(responses: AsyncIterable<object>): AsyncGenerator<object, void, undefined> {
    try {
      yield* responses;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** What an interceptor throws is to the caller what the server would have thrown. */
  #fail(error: unknown): unknown {
    const isRefusal = error instanceof StatusError;
    const failure = isRefusal
      ? new CallError({ code: error.code, message: error.message, method: this.method })
      : error;
    const code = failure instanceof CallError ? failure.code : 'UNKNOWN';
    const durationMs = performance.now() - this.#started;
    // Where the call has been opened, its own end has been told before, or will be.
    this.#end({
      code,
      message: failure instanceof Error ? failure.message : '',
      durationMs,
      received: 0,
      sent: 0,
      error,
    });
    return failure;
  }

  #end(outcome: CallOutcome): void {
    for (const listener of this.#listeners.splice(0)) listener(outcome, this);
  }
}

function withTaps<Stream extends TappedStream<any>>(stream: Stream, taps: readonly Tap[]): Stream {
  for (const tap of taps) stream.tap(tap);
  return stream;
}
