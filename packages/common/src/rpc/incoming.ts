import type { Codec } from '@streamworks/proto';
import type { RequestStream } from './context.js';
import { MESSAGE_OVERHEAD_BYTES, WINDOW_BYTES } from './byte-window.js';

/** Reading goes on when less than this is waiting to be taken. */
const LOW_WATER = WINDOW_BYTES / 2;

/** So many places at the front of the queue may be empty before it is moved up. */
const COMPACT_AT = 1024;

const DEFAULT_BATCH = 1000;

type Result<Message> = IteratorResult<Message, undefined>;

interface Waiter<Message> {
  resolve(result: Result<Message>): void;
  reject(reason: unknown): void;
}

/** The side of a transport that messages come from. It may deliver some inside `resume`. */
export interface MessageSource {
  resume(): void;
  pause(): void;
}

/** What an incoming stream needs of its call. */
export interface IncomingOptions<Message> {
  readonly codec: Codec<Message>;
  /** Where the messages come from: told to go on while there is room, and to pause while there is none. */
  readonly source: MessageSource;
  /** Makes the error for bytes that are no whole message; it also ends the stream. */
  readonly toDecodeError: (error: unknown) => unknown;
  /** Called when the reader leaves the loop before the end. */
  readonly onReturn?: () => void;
}

/**
 * The messages that arrive in one direction of a call. They stay encoded until they are taken, so that what is read
 * ahead is bounded in bytes: past the bound the transport is not asked for more, and HTTP/2 holds the sender.
 */
export class Incoming<Message> implements RequestStream<Message> {
  readonly #options: IncomingOptions<Message>;
  #queue: (Buffer | undefined)[] = [];
  #head = 0;
  #queuedBytes = 0;
  #waiters: Waiter<Message>[] = [];
  #end: { readonly error?: unknown; readonly isLeft?: boolean } | undefined;
  #paused = false;
  #received = 0;

  constructor(options: IncomingOptions<Message>) {
    this.#options = options;
  }

  /** How many messages have arrived. */
  get received(): number {
    return this.#received;
  }

  /** A message has arrived. */
  push(bytes: Buffer): void {
    if (this.#end !== undefined) return;
    this.#received += 1;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#queue.push(bytes);
      this.#queuedBytes += bytes.length + MESSAGE_OVERHEAD_BYTES;
      if (this.#queuedBytes >= WINDOW_BYTES && !this.#paused) {
        this.#paused = true;
        this.#options.source.pause();
      }
    } else {
      this.#settle(waiter, bytes);
    }
  }

  /** The sender has ended the stream: what has arrived can still be taken, then comes the end. */
  end(): void {
    if (this.#end !== undefined) return;
    this.#end = {};
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
  }

  /** The stream is broken: readers get the error, after what has arrived unless that is to be discarded. */
  fail(error: unknown, { discard }: { readonly discard: boolean }): void {
    if (this.#end?.error !== undefined || this.#end?.isLeft === true) return;
    this.#end = { error };
    if (discard) this.#clear();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<Message>> {
    const bytes = this.#take();
    if (bytes !== undefined) {
      try {
        return Promise.resolve({ done: false, value: this.#options.codec.decode(bytes) });
      } catch (error) {
        return Promise.reject(this.#failDecode(error));
      }
    }
    if (this.#end === undefined) return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    if (this.#end.error !== undefined) return Promise.reject(this.#end.error);
    return Promise.resolve({ done: true, value: undefined });
  }

  return(): Promise<Result<Message>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async *batches({ max = DEFAULT_BATCH }: { readonly max?: number } = {}): AsyncGenerator<
    Message[],
    undefined,
    undefined
  > {
    let finished = false;
    try {
      for (;;) {
        const first = await this.next();
        if (first.done === true) {
          finished = true;
          return undefined;
        }
        const batch = [first.value];
        let error: unknown;
        while (batch.length < max && error === undefined) {
          const bytes = this.#take();
          if (bytes === undefined) break;
          try {
            batch.push(this.#options.codec.decode(bytes));
          } catch (thrown) {
            // The messages before the bad one are whole: they come first, the error with the next batch.
            error = thrown;
          }
        }
        if (error !== undefined) this.#failDecode(error);
        yield batch;
      }
    } finally {
      if (!finished) this.#leave();
    }
  }

  /** A reader that leaves a client's stream ends it; on a server others may read on. */
  #leave(): void {
    if (this.#options.onReturn === undefined || this.#end !== undefined) return;
    this.#options.onReturn();
    this.#clear();
    this.#end = { isLeft: true };
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
  }

  #settle(waiter: Waiter<Message>, bytes: Buffer): void {
    try {
      waiter.resolve({ done: false, value: this.#options.codec.decode(bytes) });
    } catch (error) {
      waiter.reject(this.#failDecode(error));
    }
  }

  #failDecode(error: unknown): unknown {
    const failure = this.#options.toDecodeError(error);
    this.#clear();
    this.#end = { error: failure };
    for (const waiter of this.#waiters.splice(0)) waiter.reject(failure);
    return failure;
  }

  #take(): Buffer | undefined {
    const bytes = this.#queue[this.#head];
    if (bytes === undefined) return undefined;
    this.#queue[this.#head] = undefined;
    this.#head += 1;
    this.#queuedBytes -= bytes.length + MESSAGE_OVERHEAD_BYTES;
    if (this.#head === this.#queue.length) this.#clear();
    else if (this.#head === COMPACT_AT) this.#compact();
    if (this.#paused && this.#queuedBytes < LOW_WATER) {
      this.#paused = false;
      this.#options.source.resume();
    }
    return bytes;
  }

  #compact(): void {
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #clear(): void {
    this.#queue = [];
    this.#head = 0;
    this.#queuedBytes = 0;
  }
}
