import type { EncodedMessage } from '../rpc/encoded-message.js';

/** Messages that wait for one reader, first in, first out, with the bytes that they hold. */
export class MessageQueue<Response> {
  #entries: (Entry<Response> | undefined)[] = [];
  /** The first that has not been taken. */
  #head = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(message: EncodedMessage<Response>, bytes: number): void {
    this.#entries.push({ message, bytes });
    this.#bytes += bytes;
  }

  shift(): EncodedMessage<Response> | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= entry.bytes;
    if (this.#head === this.#entries.length) this.#restart([]);
    else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#entries.length)
      this.#restart(this.#entries.slice(this.#head));
    return entry.message;
  }

  /** Drops the oldest until so many bytes are free; gives how many messages that were. */
  drop(bytes: number): number {
    const goal = this.#bytes - bytes;
    let dropped = 0;
    while (this.#bytes > goal && this.shift() !== undefined) dropped += 1;
    return dropped;
  }

  #restart(entries: Entry<Response>[] | (Entry<Response> | undefined)[]): void {
    this.#entries = entries;
    this.#head = 0;
  }
}

/** Fewer places than these are not worth a copy of the rest. */
const COMPACT_AT = 64;

interface Entry<Response> {
  readonly message: EncodedMessage<Response>;
  readonly bytes: number;
}
