import type { RequestStream } from '../rpc/context.js';

/** A stream of the given requests, for a handler that is called directly. Its batches hold up to `max` of them. */
export function from<Request>(requests: Iterable<Request> | AsyncIterable<Request>): RequestStream<Request> {
  async function* iterate(): AsyncGenerator<Request, undefined, undefined> {
    yield* requests;
    return undefined;
  }
  const stream = iterate();
  return Object.assign(stream, {
    async *batches({ max = 1000 }: { readonly max?: number } = {}) {
      let batch: Request[] = [];
      for await (const request of stream) {
        batch.push(request);
        if (batch.length < max) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
      return undefined;
    },
  });
}

/** Everything that a stream gives until it ends. Rejects with its error. */
export async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** A promise with its own handle: a test holds something back until it opens the gate. */
export interface Gate<Value = void> extends Promise<Value> {
  open(value: Value): void;
}

/** Creates a gate that is closed. */
export function gate<Value = void>(): Gate<Value> {
  let open!: (value: Value) => void;
  const promise = new Promise<Value>((resolve) => (open = resolve));
  return Object.assign(promise, { open });
}

/** Waits until a condition holds, looking every few milliseconds. Rejects after the limit (default 10 000 ms). */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not so within ${limitMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
