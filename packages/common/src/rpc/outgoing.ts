import { ByteWindow } from './byte-window.js';

/** Hands one message to the transport, and calls back when the transport takes the next one. */
export type SendMessage = (bytes: Buffer, sent: () => void) => void;

/**
 * The requests of a call on their way out. grpc-js takes one message at a time on a client (a second one before the
 * callback of the first would replace it while the connection is being made), so the others wait here, bounded in
 * bytes.
 */
export class Outgoing {
  readonly #send: SendMessage;
  readonly #halfClose: () => void;
  readonly #window = new ByteWindow();
  #queue: Buffer[] = [];
  #sending = false;
  #ended = false;
  #closed = false;
  #sent = 0;

  constructor(send: SendMessage, halfClose: () => void) {
    this.#send = send;
    this.#halfClose = halfClose;
  }

  /** How many messages were handed to the transport. */
  get sent(): number {
    return this.#sent;
  }

  /** Queues a message; undefined where more may follow at once, else a promise for when it may. */
  write(bytes: Buffer): Promise<void> | undefined {
    this.#window.take(bytes.length);
    this.#queue.push(bytes);
    this.#pump();
    return this.#window.wait();
  }

  /** Half-closes after the messages that are queued. */
  end(): void {
    this.#ended = true;
    this.#pump();
  }

  /** The call is over: what is queued is dropped and waits reject with the reason. */
  close(reason: unknown): void {
    this.#closed = true;
    this.#queue = [];
    this.#window.close(reason);
  }

  #pump(): void {
    if (this.#sending || this.#closed) return;
    const bytes = this.#queue.shift();
    if (bytes !== undefined) {
      this.#sending = true;
      this.#sent += 1;
      this.#send(bytes, () => {
        this.#sending = false;
        this.#window.give(bytes.length);
        this.#pump();
      });
    } else if (this.#ended) {
      this.#closed = true;
      this.#halfClose();
    }
  }
}
