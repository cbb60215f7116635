/** Below this many bytes a sender that waits goes on. A quarter of the window: the transport never runs dry. */
const LOW_WATER = 16 * 1024;

/** How many bytes of messages may be under way before a sender has to wait. */
export const WINDOW_BYTES = 64 * 1024;

/** What one message costs besides its bytes: its frame and the objects that carry it. */
export const MESSAGE_OVERHEAD_BYTES = 64;

interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

/** Counts the bytes that are under way in one direction of a call, and lets senders wait while there are too many. */
export class ByteWindow {
  #used = 0;
  /** Who waits for room; undefined where none does. */
  #waiters: Waiter[] | undefined;
  /** Who waits until nothing is under way. */
  #emptyWaiters: Waiter[] | undefined;
  #closed: { readonly reason: unknown } | undefined;

  /** Takes room for a message; always succeeds: it is `wait` that holds a sender back. */
  take(bytes: number): void {
    this.#used += bytes + MESSAGE_OVERHEAD_BYTES;
  }

  /** Gives the room back when the transport is done with some messages, of so many bytes together. */
  give(messages: number, bytes: number): void {
    this.#used -= bytes + messages * MESSAGE_OVERHEAD_BYTES;
    if (this.#used > LOW_WATER) return;
    if (this.#waiters !== undefined) {
      const waiters = this.#waiters;
      this.#waiters = undefined;
      for (const { resolve } of waiters) resolve();
    }
    if (this.#used === 0 && this.#emptyWaiters !== undefined) {
      const waiters = this.#emptyWaiters;
      this.#emptyWaiters = undefined;
      for (const { resolve } of waiters) resolve();
    }
  }

  /** Undefined where a sender may go on; else a promise for when it may. It rejects when the window is closed. */
  wait(): Promise<void> | undefined {
    if (this.#used < WINDOW_BYTES && this.#closed === undefined) return undefined;
    return this.#createWait((waiter) => (this.#waiters ??= []).push(waiter));
  }

  /** Undefined where nothing is under way; else a promise for when that is so. It rejects when the window is closed. */
  waitUntilEmpty(): Promise<void> | undefined {
    if (this.#used === 0 && this.#closed === undefined) return undefined;
    return this.#createWait((waiter) => (this.#emptyWaiters ??= []).push(waiter));
  }

  #createWait(add: (waiter: Waiter) => void): Promise<void> {
    const waiting = new Promise<void>((resolve, reject) => {
      if (this.#closed !== undefined) reject(this.#closed.reason);
      else add({ resolve, reject });
    });
    // A handler that does not wait must not bring the process down when the call is cut off.
    waiting.catch(() => undefined);
    return waiting;
  }

  /** Ends every wait, present and future, with the reason that the call is over. */
  close(reason: unknown): void {
    if (this.#closed !== undefined) return;
    this.#closed = { reason };
    const waiters = [...(this.#waiters ?? []), ...(this.#emptyWaiters ?? [])];
    this.#waiters = undefined;
    this.#emptyWaiters = undefined;
    for (const { reject } of waiters) reject(reason);
  }
}
