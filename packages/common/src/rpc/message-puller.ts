import type { MessageSource } from './incoming.js';

/**
 * A source over grpc-js's public API, where each message has to be asked for. grpc-js may answer inside `startRead`, hence
 * a loop and no recursion.
 */
export class MessagePuller implements MessageSource {
  readonly #call: { startRead(): void };
  #isPaused = true;
  #isAsked = false;
  #isPulling = false;

  constructor(call: { startRead(): void }) {
    this.#call = call;
  }

  resume(): void {
    this.#isPaused = false;
    this.#pull();
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** To be called when the message that was asked for has been handed on. */
  onTaken(): void {
    this.#isAsked = false;
    this.#pull();
  }

  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    while (!this.#isPaused && !this.#isAsked) {
      this.#isAsked = true;
      this.#call.startRead();
    }
    this.#isPulling = false;
  }
}
