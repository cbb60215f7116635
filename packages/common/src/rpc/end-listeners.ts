import type { EndListener } from './interceptors/interceptor.js';

/** Who is to be told of the end of a call. Most calls have one: it is not worth a set. */
export class EndListeners<Call> {
  #listeners: EndListener<Call> | Set<EndListener<Call>> | undefined;

  /** Adds a listener, once however often it is added; what is returned takes it away again. */
  add(listener: EndListener<Call>): () => void {
    const others = this.#listeners;
    if (others === undefined || others === listener) this.#listeners = listener;
    else if (others instanceof Set) others.add(listener);
    else this.#listeners = new Set([others, listener]);
    return () => this.#delete(listener);
  }

  /** All of them, once. As with the ends of loops, what stands further in, and came later, is told first. */
  take(): readonly EndListener<Call>[] {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners === undefined) return [];
    return listeners instanceof Set ? [...listeners].toReversed() : [listeners];
  }

  #delete(listener: EndListener<Call>): void {
    if (this.#listeners === listener) this.#listeners = undefined;
    else if (this.#listeners instanceof Set) this.#listeners.delete(listener);
  }
}
