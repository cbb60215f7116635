import type { Tap, TappedStream } from './interceptor.js';

type Result = IteratorResult<any, undefined>;

export interface WrapOptions {
  /** A reader that leaves does not end the source; whoever owns it calls `close`. Default: it does. */
  readonly isLeftOpen?: boolean;
  /** What broke the source off, if something has: an interceptor may overlook it and end as if nothing were. */
  readonly failure?: () => unknown;
}

/** Messages that an interceptor made, or went through, in the shape that handlers and further interceptors expect. */
export class WrappedMessages implements TappedStream<any> {
  readonly #source: AsyncIterable<object> | Iterable<object>;
  #iterator: AsyncIterator<object> | Iterator<object> | undefined;
  #first: Promise<IteratorResult<object>> | undefined;
  #taps: Tap[] | undefined;
  readonly #isLeftOpen: boolean;
  readonly #failure: (() => unknown) | undefined;

  constructor(source: AsyncIterable<object> | Iterable<object>, options: WrapOptions = {}) {
    this.#source = source;
    this.#isLeftOpen = options.isLeftOpen ?? false;
    this.#failure = options.failure;
  }

  tap(listener: Tap): this {
    (this.#taps ??= []).push(listener);
    return this;
  }

  /** Whether somebody listens. */
  get isTapped(): boolean {
    return this.#taps !== undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Asks for the first message before a reader does: what the source does on the way there begins at once. */
  start(): this {
    this.#iterator = toIterator(this.#source);
    this.#first = Promise.resolve(this.#iterator.next());
    this.#first.catch(() => undefined); // the reader gets it
    return this;
  }

  async next(): Promise<Result> {
    this.#iterator ??= toIterator(this.#source);
    const next = this.#first ?? this.#iterator.next();
    this.#first = undefined;
    const result = await next;
    if (result.done === true) {
      const failure = this.#failure?.();
      return failure === undefined ? { done: true, value: undefined } : Promise.reject(failure);
    }
    try {
      for (const tap of this.#taps ?? []) tap(result.value);
    } catch (error) {
      await this.close();
      throw error;
    }
    return result;
  }

  async return(): Promise<Result> {
    if (!this.#isLeftOpen) await this.close();
    return { done: true, value: undefined };
  }

  /** Lets the source clean up. */
  async close(): Promise<void> {
    await this.#iterator?.return?.();
  }

  /** Nobody knows what else has arrived behind an interceptor: each array has one message. */
  async *batches(): AsyncGenerator<any[], undefined, undefined> {
    for await (const message of this) yield [message];
    return undefined;
  }
}

function toIterator(source: AsyncIterable<object> | Iterable<object>): AsyncIterator<object> | Iterator<object> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
