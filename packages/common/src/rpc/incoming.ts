import type { Codec } from '@streamworks/proto';
import { CompressedMessage } from './compressed-message.js';
import type { Frame } from './frame-reader.js';
import type { Tap, TappedStream } from './interceptors/interceptor.js';
import { MESSAGE_OVERHEAD_BYTES, WINDOW_BYTES } from './byte-window.js';

/** Reading goes on when less than this is waiting to be taken. */
const LOW_WATER = WINDOW_BYTES / 2;

/** So many places at the front of the queue may be empty before it is moved up. */
const COMPACT_AT = 1024;

const DEFAULT_BATCH = 1000;

type Result<Message> = IteratorResult<Message, undefined>;

/** A reader that came before its message; the readers make a list. */
interface Waiter<Message> {
  resolve(result: Result<Message>): void;
  reject(reason: unknown): void;
  next: Waiter<Message> | undefined;
}

/** How a stream has ended: with an error, or because its reader left, or else as it should. */
interface StreamEnd {
  readonly error?: unknown;
  readonly isLeft?: boolean;
  /** The error came up when a message was read. */
  readonly isReadError?: boolean;
}

/** The side of a transport that messages come from. It may deliver some inside `resume`. */
export interface MessageSource {
  resume(): void;
  pause(): void;
}

/** The call that an incoming stream belongs to. */
export interface IncomingOwner {
  /** Makes the error for bytes that are no whole message, or cannot be decompressed (then it is given a StatusError). */
  toDecodeError(error: unknown): unknown;
  /**
   * Told when the reader gets the error that ends the stream: a message could not be decoded, or a listener threw. Gives
   * the error for the reader.
   */
  onReadError(error: unknown): unknown;
  /** Called when the reader leaves the loop before the end; without it others may read on. */
  onReturn?(): void;
}

/**
 * The messages that arrive in one direction of a call. They stay encoded until they are taken, so that what is read
 * ahead is bounded in bytes: past the bound the transport is not asked for more, and HTTP/2 holds the sender.
 */
export class Incoming<Message> implements TappedStream<Message> {
  readonly #codec: Codec<Message>;
  readonly #source: MessageSource;
  readonly #owner: IncomingOwner;
  /** Undefined where none waits: most streams are idle for most of their time. */
  #queue: (Frame | undefined)[] | undefined;
  #head = 0;
  #queuedBytes = 0;
  #firstWaiter: Waiter<Message> | undefined;
  #lastWaiter: Waiter<Message> | undefined;
  #end: StreamEnd | undefined;
  #started = false;
  #paused = false;
  #received = 0;
  #taps: Tap[] | undefined;

  /** The source is told to go on while there is room, and to pause while there is none. */
  constructor(codec: Codec<Message>, source: MessageSource, owner: IncomingOwner) {
    this.#codec = codec;
    this.#source = source;
    this.#owner = owner;
  }

  /** How many messages have arrived. */
  get received(): number {
    return this.#received;
  }

  tap(listener: Tap): this {
    (this.#taps ??= []).push(listener);
    return this;
  }

  /** Lets messages come: they are read ahead. The first reader does so, too. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#source.resume();
  }

  /** A message has arrived. */
  push(bytes: Frame): void {
    if (this.#end !== undefined) return;
    this.#received += 1;
    const waiter = this.#takeWaiter();
    if (waiter === undefined) {
      if (this.#queue === undefined) this.#queue = [bytes];
      else this.#queue.push(bytes);
      this.#queuedBytes += bytes.length + MESSAGE_OVERHEAD_BYTES;
      if (this.#queuedBytes >= WINDOW_BYTES && !this.#paused) {
        this.#paused = true;
        this.#source.pause();
      }
    } else {
      this.#settle(waiter, bytes);
    }
  }

  /** The sender has ended the stream: what has arrived can still be taken, then comes the end. */
  end(): void {
    if (this.#end !== undefined) return;
    this.#end = {};
    this.#endWaiters();
  }

  /** The stream is broken: readers get the error, after what has arrived unless that is to be discarded. */
  fail(error: unknown, { discard }: { readonly discard: boolean }): void {
    if (this.#end?.error !== undefined || this.#end?.isLeft === true) return;
    this.#end = { error };
    if (discard) this.#clear();
    this.#failWaiters(error);
  }

  /** What broke the stream, if something has. */
  get failure(): unknown {
    return this.#end?.error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<Message>> {
    if (!this.#started) this.start();
    const bytes = this.#take();
    if (bytes !== undefined) {
      try {
        return Promise.resolve({ done: false, value: this.#read(bytes) });
      } catch (error) {
        this.#failRead(error);
      }
    }
    if (this.#end === undefined) return new Promise((resolve, reject) => this.#addWaiter(resolve, reject));
    if (this.#end.error !== undefined) return Promise.reject(this.#giveError(this.#end));
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
        let isBad = false;
        while (batch.length < max && !isBad) {
          const bytes = this.#take();
          if (bytes === undefined) break;
          try {
            batch.push(this.#read(bytes));
          } catch (error) {
            // The messages before the bad one are whole: they come first, the error with the next batch.
            isBad = true;
            this.#failRead(error);
          }
        }
        yield batch;
      }
    } finally {
      if (!finished) this.#leave();
    }
  }

  /** A reader that leaves a client's stream ends it; on a server others may read on. */
  #leave(): void {
    if (this.#owner.onReturn === undefined || this.#end !== undefined) return;
    this.#owner.onReturn();
    this.#clear();
    this.#end = { isLeft: true };
    this.#endWaiters();
  }

  #settle(waiter: Waiter<Message>, bytes: Frame): void {
    try {
      waiter.resolve({ done: false, value: this.#read(bytes) });
    } catch (error) {
      waiter.reject(this.#giveError(this.#failRead(error)));
    }
  }

  #read(bytes: Frame): Message {
    const message = this.#decode(bytes);
    if (this.#taps !== undefined) for (const tap of this.#taps) tap(message);
    return message;
  }

  #decode(bytes: Frame): Message {
    try {
      return this.#codec.decode(bytes instanceof CompressedMessage ? bytes.decompress() : bytes);
    } catch (error) {
      throw this.#owner.toDecodeError(error);
    }
  }

  #failRead(thrown: unknown): StreamEnd {
    const error = thrown ?? new Error('a listener threw nothing');
    this.#clear();
    const end = { error, isReadError: true };
    this.#end = end;
    this.#failWaiters(error);
    return end;
  }

  #giveError({ error, isReadError }: StreamEnd): unknown {
    return isReadError === true ? this.#owner.onReadError(error) : error;
  }

  #take(): Frame | undefined {
    const queue = this.#queue;
    const bytes = queue?.[this.#head];
    if (queue === undefined || bytes === undefined) return undefined;
    queue[this.#head] = undefined;
    this.#head += 1;
    this.#queuedBytes -= bytes.length + MESSAGE_OVERHEAD_BYTES;
    if (this.#head === queue.length) this.#clear();
    else if (this.#head === COMPACT_AT) this.#compact(queue);
    if (this.#paused && this.#queuedBytes < LOW_WATER) {
      this.#paused = false;
      this.#source.resume();
    }
    return bytes;
  }

  #compact(queue: (Frame | undefined)[]): void {
    this.#queue = queue.slice(this.#head);
    this.#head = 0;
  }

  #clear(): void {
    this.#queue = undefined;
    this.#head = 0;
    this.#queuedBytes = 0;
  }

  #addWaiter(resolve: Waiter<Message>['resolve'], reject: Waiter<Message>['reject']): void {
    const waiter: Waiter<Message> = { resolve, reject, next: undefined };
    if (this.#lastWaiter === undefined) this.#firstWaiter = waiter;
    else this.#lastWaiter.next = waiter;
    this.#lastWaiter = waiter;
  }

  #takeWaiter(): Waiter<Message> | undefined {
    const waiter = this.#firstWaiter;
    this.#firstWaiter = waiter?.next;
    if (this.#firstWaiter === undefined) this.#lastWaiter = undefined;
    return waiter;
  }

  #endWaiters(): void {
    for (let waiter = this.#takeWaiter(); waiter !== undefined; waiter = this.#takeWaiter())
      waiter.resolve({ done: true, value: undefined });
  }

  #failWaiters(error: unknown): void {
    for (let waiter = this.#takeWaiter(); waiter !== undefined; waiter = this.#takeWaiter()) waiter.reject(error);
  }
}
