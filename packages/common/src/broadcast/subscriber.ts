import type { MessageInit } from '@streamworks/proto';
import { StatusError, type ErrorCode } from '../errors/status-error.js';
import { MESSAGE_OVERHEAD_BYTES } from '../rpc/byte-window.js';
import type { CallOutcome } from '../rpc/call-outcome.js';
import type { Context } from '../rpc/context.js';
import type { EncodedMessage } from '../rpc/encoded-message.js';
import { MessageQueue } from './message-queue.js';

/** What becomes of a message for which a reader has no room. */
export interface SubscriberOptions<Response = any> {
  /**
   * - `end`: the stream ends with RESOURCE_EXHAUSTED. What its reader has got is everything up to some message.
   * - `drop-oldest`: those that have waited longest make room. What its reader has got has gaps, and always comes to the newest.
   * - `keep-newest`: a new message takes the place of the one that waits: for values of which only the latest counts. Nothing
   *   is written while something is under way, so that a reader who paused finds what the transport held, then the newest.
   *
   * Default: `end`.
   */
  readonly whenFull?: 'end' | 'drop-oldest' | 'keep-newest';
  /**
   * The most bytes that wait for the reader, besides the 64 KiB that may be under way; each message counts 64 bytes more than it
   * has. Default: 1 MiB. `keep-newest` holds one message, whatever its size, and so does `drop-oldest` at least.
   */
  readonly maxBytes?: number;
  /** Called with each message, as it was published, when it has been handed to the call: the reader is to get it. */
  readonly onWrite?: (message: MessageInit<Response>) => void;
}

const policies: ReadonlySet<string> = new Set(['end', 'drop-oldest', 'keep-newest']);

/** What a subscriber belongs to. */
interface Membership {
  delete(subscriber: Subscriber<any>): unknown;
}

/**
 * One stream that published messages are delivered to, with the queue of those that its reader has no room for yet.
 *
 * It ends with its call, however that ends, and leaves its broadcasts by itself then. One subscriber may belong to several
 * broadcasts: their messages share its queue. A handler may write to the call besides, with `context.write`.
 */
export class Subscriber<Response> {
  readonly #context: Context<Response>;
  readonly #whenFull: NonNullable<SubscriberOptions<Response>['whenFull']>;
  readonly #maxBytes: number;
  readonly #onWrite: SubscriberOptions<Response>['onWrite'];
  readonly #memberships = new Set<Membership>();
  /** Undefined until a message has to wait. */
  #queue: MessageQueue<Response> | undefined;
  #isWaiting = false;
  /** While a message is handed over its stream may set off others, or the end: they come after it. */
  #isWriting = false;
  #dropped = 0;
  /** Set by `end`: what is in the queue still goes out. */
  #ending: { readonly reason: StatusError | undefined } | undefined;
  /** Set when nothing is delivered any more, with the reason unless all went well. */
  #over: { readonly reason: StatusError | undefined } | undefined;
  #done: OpenPromise | undefined;
  /** Takes back that it is told of the end of its call: a call may outlive many subscribers. */
  readonly #forgetCall: (() => void) | undefined;

  /** Throws a RangeError for options that are none. */
  constructor(
    context: Context<Response>,
    { whenFull = 'end', maxBytes = 1024 * 1024, onWrite }: SubscriberOptions<Response> = {},
  ) {
    if (!policies.has(whenFull)) throw new RangeError(`whenFull: ${whenFull} is none of ${[...policies].join(', ')}`);
    // A bound that is no number would be none at all.
    if (typeof maxBytes !== 'number' || !(maxBytes >= 0)) throw new RangeError(`maxBytes: ${maxBytes} is no size`);
    this.#context = context;
    this.#whenFull = whenFull;
    this.#maxBytes = maxBytes;
    this.#onWrite = onWrite;
    this.#forgetCall = context.onEnd((outcome) => this.#onCallEnd(outcome));
  }

  /**
   * Resolves when the subscriber has come to its end and everything for it was written: a handler that does nothing else waits
   * for it. Rejects when the call is cancelled, cut off, past its deadline, or ended because its reader is too slow.
   */
  get done(): Promise<void> {
    if (this.#done === undefined) {
      this.#done = createPromise();
      if (this.#over !== undefined) this.#settle(this.#done, this.#over.reason);
    }
    return this.#done.promise;
  }

  /** How many messages were dropped, by `drop-oldest` or `keep-newest`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many bytes wait for the reader, overhead included; what is under way does not count. */
  get queuedBytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  /**
   * Nothing more is to be delivered: what waits goes out, then `done` resolves; with a reason, the call ends with that status
   * instead. A reader who has stopped is waited for. Does nothing the second time.
   */
  end(reason?: StatusError): void {
    if (this.#ending !== undefined) return;
    this.#ending = { reason };
    this.#leaveAll();
    if (!this.#isWaiting && !this.#isWriting) this.#finish();
  }

  /** Writes a message, or queues it: what a broadcast calls. Never throws, never waits; does nothing after the end. */
  deliver(message: EncodedMessage<Response>): void {
    if (this.#over !== undefined || this.#ending !== undefined) return;
    if (this.#isWaiting || this.#isWriting) return this.#enqueue(message);
    this.#write(message);
    this.#writeQueued();
  }

  /** Notes what it belongs to, to leave it at its end; false after the end. What a broadcast calls. */
  join(membership: Membership): boolean {
    if (this.#over !== undefined || this.#ending !== undefined) return false;
    this.#memberships.add(membership);
    return true;
  }

  /** The reverse of `join`. */
  leave(membership: Membership): void {
    this.#memberships.delete(membership);
  }

  #enqueue(message: EncodedMessage<Response>): void {
    const queue = (this.#queue ??= new MessageQueue());
    const bytes = message.bytes.length + MESSAGE_OVERHEAD_BYTES;
    if (this.#whenFull === 'keep-newest') {
      this.#dropped += queue.drop(Infinity);
    } else if (queue.bytes + bytes > this.#maxBytes) {
      if (this.#whenFull === 'end') return this.#endSlow();
      this.#dropped += queue.drop(queue.bytes + bytes - this.#maxBytes);
    }
    queue.push(message, bytes);
  }

  #endSlow(): void {
    this.#endCall(
      new StatusError('RESOURCE_EXHAUSTED', `the reader is too slow: more than ${this.#maxBytes} bytes wait for it`),
    );
  }

  #write(message: EncodedMessage<Response>): void {
    this.#isWriting = true;
    try {
      const waiting = this.#context.write(message) ?? this.#untilFlushed();
      this.#onWrite?.(message.message);
      if (waiting !== undefined) this.#wait(waiting);
    } catch (error) {
      // Too large for this server, or refused by an interceptor: the call cannot go on as if it had been sent.
      this.#endCall(toStatusError(error));
    } finally {
      this.#isWriting = false;
    }
  }

  /** A call that cannot be ended is none of the other subscribers' concern. */
  #endCall(reason: StatusError): void {
    try {
      this.#context.end(reason);
    } catch (error) {
      this.#close(toStatusError(error));
    }
  }

  /** Only the newest may wait, so nothing may wait in the transport either. */
  #untilFlushed(): Promise<void> | undefined {
    return this.#whenFull === 'keep-newest' ? this.#context.flushed() : undefined;
  }

  #wait(waiting: Promise<void>): void {
    this.#isWaiting = true;
    // It rejects with the end of the call, or where an interceptor takes nothing more.
    waiting.then(this.#resume, (error: unknown) => this.#close(toStatusError(error)));
  }

  readonly #resume = (): void => {
    this.#isWaiting = false;
    const flushing = this.#untilFlushed();
    if (flushing === undefined) this.#writeQueued();
    else this.#wait(flushing);
  };

  #writeQueued(): void {
    while (!this.#isWaiting) {
      const message = this.#queue?.shift();
      if (message === undefined) {
        if (this.#ending !== undefined) this.#finish();
        return;
      }
      this.#write(message);
    }
  }

  /** Everything has been written that was to be. */
  #finish(): void {
    if (this.#over !== undefined) return;
    const reason = this.#ending?.reason;
    if (reason === undefined) this.#close(undefined);
    else this.#endCall(reason);
  }

  #onCallEnd({ code, message }: CallOutcome): void {
    this.#close(code === 'OK' ? undefined : new StatusError(code satisfies ErrorCode, message));
  }

  #close(reason: StatusError | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { reason };
    this.#queue = undefined;
    this.#forgetCall?.(); // not yet set for a call that is over
    this.#leaveAll();
    if (this.#done !== undefined) this.#settle(this.#done, reason);
  }

  #leaveAll(): void {
    for (const membership of this.#memberships) membership.delete(this);
    this.#memberships.clear();
  }

  #settle({ resolve, reject }: OpenPromise, reason: StatusError | undefined): void {
    if (reason === undefined) resolve();
    else reject(reason);
  }
}

function toStatusError(error: unknown): StatusError {
  return error instanceof StatusError ? error : new StatusError('INTERNAL', 'internal error', { cause: error });
}

interface OpenPromise {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

function createPromise(): OpenPromise {
  let resolve!: () => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<void>((...settlers) => ([resolve, reject] = settlers));
  promise.catch(() => undefined); // a handler that has stopped waiting for it must not bring the process down
  return { promise, resolve, reject };
}
