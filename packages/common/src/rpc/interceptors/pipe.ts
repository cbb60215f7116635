/** A response on its way, and the writer who waits until it has been taken. */
interface Entry {
  readonly message: object;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Brings the responses of a handler, written or given by its generator, to an interceptor that goes through them. A writer
 * waits until its message has been taken, so that nothing piles up here, whatever the size of the messages.
 */
export class Pipe implements AsyncIterable<object> {
  #entries: Entry[] = [];
  /** The first that has not been taken. */
  #head = 0;
  #reader: (() => void) | undefined;
  #end: { readonly error?: unknown } | undefined;
  #left: { readonly reason: unknown } | undefined;

  /** Throws when the reader has gone; the promise rejects when it goes. */
  write(message: object): Promise<void> {
    if (this.#left !== undefined) throw this.#left.reason;
    const waiting = new Promise<void>((resolve, reject) => this.#entries.push({ message, resolve, reject }));
    // A handler that does not wait must not bring the process down when the call is cut off.
    waiting.catch(() => undefined);
    this.#reader?.();
    return waiting;
  }

  /** Takes what a handler gives: responses, one response, or none besides those that it writes. Never rejects. */
  async takeAll(run: () => Promise<object | void>): Promise<void> {
    try {
      const output = await run();
      if (isAsyncIterable(output)) for await (const message of output) await this.write(message);
      else if (output !== undefined) await this.write(output);
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    this.#reader?.();
  }

  /** The reader has gone, or the call is over: whoever still writes gets the reason. */
  leave(reason: unknown): void {
    this.#left ??= { reason };
    for (const { reject } of this.#entries.slice(this.#head)) reject(reason);
    this.#entries = [];
    this.#head = 0;
    this.#reader?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<object, void, undefined> {
    for (;;) {
      for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[this.#head]) {
        yield entry.message;
        if (this.#left !== undefined) break;
        this.#head += 1;
        entry.resolve();
      }
      this.#entries = [];
      this.#head = 0;
      if (this.#left !== undefined) throw this.#left.reason;
      if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => (this.#reader = resolve));
      this.#reader = undefined;
    }
  }
}

/** Whether something that was given is a stream of responses. */
export function isAsyncIterable(output: unknown): output is AsyncIterable<object> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
