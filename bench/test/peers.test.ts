import { describe, expect, it } from 'vitest';
import { createTally } from '../src/peers/tally.js';
import { createQueue } from '../src/peers/queue.js';
import { prepareFanOut } from '../src/process/fan-out.js';
import { checkSummary } from '../src/process/prepared-pattern.js';

describe('createTally', () => {
  it('takes all messages in order and no others', () => {
    const tally = createTally({ count: 2, payload: Buffer.alloc(3) });
    tally.add(0, 3);
    expect(tally.check).toThrow('expected 2 messages, got 1');
    expect(() => tally.add(2, 3)).toThrow('expected message 1, got 2');
    expect(() => tally.add(1, 0)).toThrow('expected 3 bytes, got 0');
    tally.add(1, 3);
    tally.check();
  });
});

describe('checkSummary', () => {
  it('refuses a server that has lost messages', () => {
    checkSummary({ count: 4, sum: 6 }, 4);
    expect(() => checkSummary({ count: 3, sum: 6 }, 4)).toThrow('expected 4 messages with sum 6, got 3 with 6');
  });
});

describe('createQueue', () => {
  it('gives what is pushed before and while it is read, and ends', async () => {
    const queue = createQueue<number>();
    queue.push(1);
    const got: number[] = [];
    for await (const item of queue) {
      got.push(item);
      if (item < 3) queue.push(item + 1);
      else queueMicrotask(queue.end);
    }
    expect(got).toEqual([1, 2, 3]);
  });
});

describe('prepareFanOut', () => {
  /** A topic in this process, which keeps what was published until it is delivered. */
  function createTopic() {
    const listeners: ((number: number, bytes: number) => void)[] = [];
    const published: number[] = [];
    const client = {
      subscribe: (onMessage: (typeof listeners)[number]) => {
        listeners.push(onMessage);
        onMessage(-1, 0);
        return new Promise<void>(() => undefined);
      },
      openPublishing: () => ({
        send: ({ number }: { number: number }) => void published.push(number),
        end: async () => ({ count: 100, sum: 4950 }),
      }),
    };
    return { client: client as never, published, listeners }; // of a client it is what fans out
  }

  it('publishes no more than 64 ahead of the slowest subscriber', async () => {
    const { client, published, listeners } = createTopic();
    const run = await prepareFanOut(client, { payload: undefined, subscribers: 3 });
    const running = run(100);
    expect(published).toHaveLength(64);
    for (let number = 0; number < 64; number += 1) for (const one of listeners.slice(0, 2)) one(number, 0);
    expect(published).toHaveLength(64);
    listeners[2]!(0, 0);
    expect(published).toHaveLength(65);
    for (let number = 1; number < 100; number += 1) listeners[2]!(number, 0);
    for (let number = 64; number < 100; number += 1) for (const one of listeners.slice(0, 2)) one(number, 0);
    await running;
    expect(published).toHaveLength(100);
  });

  it('refuses a message that is not the next', async () => {
    const { client, listeners } = createTopic();
    await prepareFanOut(client, { payload: undefined, subscribers: 1 });
    expect(() => listeners[0]!(5, 0)).toThrow('expected message 0, got 5');
  });
});
