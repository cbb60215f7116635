/**
 * One read for all who ask at once. A read may say how things were when it began, and not later: who asks while one is under
 * way gets the next one, together with all others who do.
 */
export function shareReads<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Value> | undefined;

  async function begin(): Promise<Value> {
    await running.catch(() => undefined); // whoever asked for it hears of it
    running = next ?? running;
    next = undefined;
    return read();
  }

  return () => (next ??= begin());
}
