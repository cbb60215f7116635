/** Items that are pushed by one side and iterated by the other: what APIs made of generators need to send on an event. */
export interface Queue<Item> extends AsyncIterable<Item, undefined, undefined> {
  readonly push: (item: Item) => void;
  /** Ends the iteration once everything that was pushed has been taken. */
  readonly end: () => void;
}

/** Creates a queue for one reader. It is unbounded. */
export function createQueue<Item>(): Queue<Item> {
  let items: Item[] = [];
  let isEnded = false;
  let wake: () => void = () => undefined;
  return {
    push(item) {
      items.push(item);
      wake();
    },
    end() {
      isEnded = true;
      wake();
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<Item, undefined, undefined> {
      for (;;) {
        const taken = items;
        items = [];
        yield* taken;
        if (items.length > 0) continue;
        if (isEnded) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
