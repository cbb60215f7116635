interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Brings the responses of a handler, written or given by its generator, to an interceptor that goes through them. A writer
 * waits until its message has been taken, so that nothing piles up here, whatever the size of the messages.
 */
export class Pipe implements AsyncIterable<object> {
  #messages: object[] = [];
  #reader: (() => void) | undefined;
  #writers: Waiter[] = [];
  #end: { readonly error?: unknown } | undefined;
  #left: { readonly reason: unknown } | undefined;

  /** Throws when the reader has gone; the promise rejects when it goes. */
  write(message: object): Promise<void> {
    if (this.#left !== undefined) throw this.#left.reason;
    this.#messages.push(message);
    this.#reader?.();
    const waiting = new Promise<void>((resolve, reject) => this.#writers.push({ resolve, reject }));
    // A handler that does not wait must not bring the process down when the call is cut off.
    waiting.catch(() => undefined);
    return waiting;
  }

  /** Takes what a handler gives, then ends; never rejects. */
  async takeAll(output: AsyncIterable<object> | Promise<unknown>): Promise<void> {
    try {
      if (Symbol.asyncIterator in output) for await (const message of output) await this.write(message);
      else await output;
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    this.#reader?.();
  }

  /** The reader has gone: whoever still writes gets the reason. */
  leave(reason: unknown): void {
    this.#left = { reason };
    for (const { reject } of this.#writers.splice(0)) reject(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<object, void, undefined> {
    for (;;) {
      for (let next = this.#messages.shift(); next !== undefined; next = this.#messages.shift()) {
        yield next;
        this.#writers.shift()?.resolve();
      }
      if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => (this.#reader = resolve));
      this.#reader = undefined;
    }
  }
}
