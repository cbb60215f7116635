import type { EndListener } from './interceptors/interceptor.js';

/** One registration: a function may be registered by several, and each takes back its own. */
interface Entry<Call> {
  readonly listener: EndListener<Call>;
}

/** Who is to be told of the end of a call. Most calls have one: it is not worth a set. */
export class EndListeners<Call> {
  #entries: Entry<Call> | Set<Entry<Call>> | undefined;

  /** Adds a listener; what is returned takes it away again. */
  add(listener: EndListener<Call>): () => void {
    const entry = { listener };
    const others = this.#entries;
    if (others === undefined) this.#entries = entry;
    else if (others instanceof Set) others.add(entry);
    else this.#entries = new Set([others, entry]);
    return () => this.#delete(entry);
  }

  /**
   * Gives all of them, once, to a function that tells them: as with the ends of loops, what stands further in, and came later,
   * is told first. One that another takes away meanwhile is not told.
   */
  take(tell: (listener: EndListener<Call>) => void): void {
    const entries = this.#entries;
    if (!(entries instanceof Set)) {
      this.#entries = undefined;
      if (entries !== undefined) tell(entries.listener);
      return;
    }
    for (const entry of [...entries].toReversed()) if (entries.delete(entry)) tell(entry.listener);
  }

  #delete(entry: Entry<Call>): void {
    if (this.#entries === entry) this.#entries = undefined;
    else if (this.#entries instanceof Set) this.#entries.delete(entry);
  }
}
