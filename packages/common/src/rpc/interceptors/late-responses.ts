import type { Responses } from '../client-method.js';
import type { TappedStream } from './interceptor.js';

/** The responses of a call that is not open yet, because an interceptor is at work. */
export class LateResponses implements Responses<any> {
  readonly #late: Promise<TappedStream<any>>;
  readonly #cancel: () => void;
  #stream: TappedStream<any> | undefined;

  /** `cancel` ends the call where its reader leaves before there is anything to read. */
  constructor(late: Promise<TappedStream<any>>, cancel: () => void) {
    this.#late = late;
    this.#cancel = cancel;
    late.then(
      (stream) => (this.#stream = stream),
      () => undefined, // the reader gets it; where there is none, nobody wants to know
    );
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<any, undefined>> {
    return this.#stream === undefined ? this.#late.then((stream) => stream.next()) : this.#stream.next();
  }

  async return(): Promise<IteratorResult<any, undefined>> {
    if (this.#stream === undefined) this.#cancel();
    else await this.#stream.return?.();
    return { done: true, value: undefined };
  }

  async *batches(options?: { readonly max?: number }): AsyncGenerator<any[], undefined, undefined> {
    const stream = await this.#late;
    yield* stream.batches(options);
    return undefined;
  }
}
