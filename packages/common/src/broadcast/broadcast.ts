import type { Codec, MessageInit } from '@streamworks/proto';
import { EncodedMessage } from '../rpc/encoded-message.js';
import type { StatusError } from '../errors/status-error.js';
import type { Subscriber } from './subscriber.js';

/**
 * Delivers messages to many streams: each is encoded once, and written to, or queued for, every subscriber. A reader that is
 * slow fills its own queue and delays nobody else. All subscribers get the messages in the order in which they were published.
 */
export class Broadcast<Message> {
  readonly #codec: Codec<Message>;
  readonly #subscribers = new Set<Subscriber<Message>>();
  /** Who was added while messages were on their way to the others, and how many of all were published before that. */
  readonly #added = new Map<Subscriber<Message>, number>();
  /** What is to be delivered: what a delivery sets off to be published must not overtake it. */
  readonly #next: EncodedMessage<Message>[] = [];
  #published = 0;
  #isPublishing = false;
  #closed: { readonly reason: StatusError | undefined } | undefined;

  /** For streams of a method: `new Broadcast(StockService.methods.getRealTimePrices)`, or of any that has the same responses. */
  constructor(method: { readonly response: Codec<Message> }) {
    this.#codec = method.response;
  }

  /** How many subscribers there are. */
  get size(): number {
    return this.#subscribers.size + this.#added.size;
  }

  /** Whether `close` has been called: nothing more can be published. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** The subscriber gets everything that is published from now on. Adding it again, or after its end, does nothing. */
  add(subscriber: Subscriber<Message>): void {
    if (this.#closed !== undefined) return subscriber.end(this.#closed.reason);
    if (this.has(subscriber) || !subscriber.join(this)) return;
    if (this.#isPublishing) this.#added.set(subscriber, this.#published);
    else this.#subscribers.add(subscriber);
  }

  /** Whether the subscriber gets what is published. */
  has(subscriber: Subscriber<Message>): boolean {
    return this.#subscribers.has(subscriber) || this.#added.has(subscriber);
  }

  /** The subscriber gets nothing more from here; what waits for it still goes out. False where it was not there. */
  delete(subscriber: Subscriber<Message>): boolean {
    subscriber.leave(this);
    return this.#subscribers.delete(subscriber) || this.#added.delete(subscriber);
  }

  /**
   * Encodes a message and delivers it to every subscriber. Never waits: see `whenFull`. Throws for a message that cannot be
   * encoded, which nobody gets then, and after `close`. The message must not be changed afterwards.
   */
  publish(message: MessageInit<Message>): void {
    if (this.#closed !== undefined) throw new Error('published after the end of the broadcast');
    this.#next.push(new EncodedMessage(this.#codec, message));
    this.#published += 1;
    if (!this.#isPublishing) this.#deliverAll();
  }

  /**
   * Ends all subscribers: each gets what waits for it, then its `done` resolves; with a reason, its call ends with that
   * status. Whoever is added later is ended at once. A reader who has stopped is waited for, until its call is cancelled, past
   * its deadline or ended by the shutdown of its server.
   */
  close(reason?: StatusError): void {
    this.#closed ??= { reason };
    if (!this.#isPublishing) this.#endAll(this.#closed.reason);
  }

  #deliverAll(): void {
    this.#isPublishing = true;
    for (let next = this.#next.shift(); next !== undefined; next = this.#next.shift()) this.#deliver(next);
    this.#isPublishing = false;
    const closed = this.#closed;
    if (closed !== undefined) this.#endAll(closed.reason);
  }

  #endAll(reason: StatusError | undefined): void {
    for (const subscriber of this.#subscribers) subscriber.end(reason);
  }

  #deliver(message: EncodedMessage<Message>): void {
    for (const subscriber of this.#subscribers) subscriber.deliver(message);
    if (this.#added.size === 0) return;
    const delivered = this.#published - this.#next.length;
    for (const [subscriber, published] of this.#added) {
      if (published > delivered) continue;
      this.#added.delete(subscriber);
      this.#subscribers.add(subscriber);
    }
  }
}
