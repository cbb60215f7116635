import {
  noTaps,
  type InterceptedCall,
  type Interceptor,
  type Messages,
  type Tap,
  type TappedStream,
} from './interceptor.js';
import { isAsyncIterable } from './pipe.js';

/** Where a chain has led. */
export type ChainEnd =
  /** Every interceptor has passed the call on: these are its requests, and the innermost part is the caller's to run. */
  | { readonly requests: TappedStream<any>; readonly responses?: undefined; readonly taps: readonly Tap[] }
  /** An interceptor gives the responses itself, or goes through those of the rest. */
  | { readonly responses: AsyncIterable<object>; readonly requests?: undefined; readonly taps: readonly Tap[] };

/** The chain of one call. */
export interface ChainOptions<Call extends InterceptedCall> {
  readonly interceptors: readonly Interceptor<Call>[];
  /** Is given the requests that each interceptor gets. */
  readonly call: Omit<Call, 'requests'> & { requests: TappedStream<any> };
  /** Wraps requests that an interceptor passes on in place of those that it got. */
  readonly wrap: (requests: AsyncIterable<object>) => TappedStream<any>;
  /** Throws where the call is over: nothing more is done for it. */
  readonly throwIfOver: () => void;
  /** Runs the innermost part, for an interceptor that goes through its responses. */
  readonly run: (requests: TappedStream<any>) => AsyncIterable<object>;
}

/**
 * Runs the interceptors of a call. One that passes the call on costs a function call, and the messages do not come through
 * here at all.
 */
export function followChain<Call extends InterceptedCall>(options: ChainOptions<Call>): ChainEnd | Promise<ChainEnd> {
  return follow(new Rest(options, 0, options.call.requests));
}

/** Which calls the interceptors take has been checked; from here on it makes no difference. */
type AnyOptions = ChainOptions<any>;

/** What `next` gives: the part of a chain from an interceptor on. */
class Rest implements Messages {
  readonly options: AnyOptions;
  readonly index: number;
  readonly requests: TappedStream<any>;
  taps: readonly Tap[] = noTaps;

  constructor(options: AnyOptions, index: number, requests: TappedStream<any>) {
    this.options = options;
    this.index = index;
    this.requests = requests;
  }

  tap(listener: Tap): this {
    this.taps = [...this.taps, listener];
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<object, void, undefined> {
    const end = await follow(this);
    for await (const response of end.responses ?? this.options.run(end.requests)) {
      for (const tap of end.taps) tap(response);
      yield response;
    }
  }
}

/** Runs interceptors for as long as they pass the call on. Waits only for one that is asynchronous. */
function follow(start: Rest, outerTaps: readonly Tap[] = noTaps): ChainEnd | Promise<ChainEnd> {
  let taps = outerTaps;
  for (let rest = start; ;) {
    const { options, index, requests } = rest;
    if (rest.taps.length > 0) taps = [...rest.taps, ...taps]; // the inner ones come first
    const interceptor = options.interceptors[index];
    if (interceptor === undefined) return { requests, taps };
    options.throwIfOver();
    options.call.requests = requests;
    const next = (others: AsyncIterable<object> = requests): Rest =>
      new Rest(options, index + 1, others === requests ? requests : options.wrap(others));
    const given = interceptor(options.call, next);
    if (given instanceof Promise) {
      const outer = taps;
      return given.then((late) => (late instanceof Rest ? follow(late, outer) : toEnd(late, outer)));
    }
    if (!(given instanceof Rest)) return toEnd(given, taps);
    rest = given;
  }
}

/** An interceptor without types may have forgotten to give the responses: none further in may be left out for that. */
function toEnd(responses: AsyncIterable<object>, taps: readonly Tap[]): ChainEnd {
  if (isAsyncIterable(responses)) return { responses, taps };
  throw new TypeError('an interceptor gave no responses: it has to return next(), or an async iterable');
}
