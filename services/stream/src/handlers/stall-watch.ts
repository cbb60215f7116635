import { StatusError, type Context } from '@streamworks/common';

/** Ends a call of whose client no whole message comes for too long. */
export interface StallWatch {
  /** The same items; while the next is waited for, the time runs. Then the call ends with DEADLINE_EXCEEDED. */
  watch<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined>;
}

/** A watch over the requests of one call; the time is in milliseconds. */
export function createStallWatch(context: Pick<Context, 'end'>, limitMs: number): StallWatch {
  const end = (): void => {
    context.end(new StatusError('DEADLINE_EXCEEDED', `no whole chunk has come for ${limitMs / 1000} s`));
  };
  return {
    async *watch(items) {
      let timer = setTimeout(end, limitMs);
      try {
        for await (const item of items) {
          clearTimeout(timer); // what is done with it takes as long as it takes
          yield item;
          timer = setTimeout(end, limitMs);
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
