import type { BenchClient } from '../peers/bench-client.js';
import { checkSummary, type PreparedPattern } from './prepared-pattern.js';

/** What fans out to how many. */
export interface FanOutOptions {
  readonly payload: Buffer | undefined;
  readonly subscribers: number;
}

/** Published messages that the slowest subscriber may be behind. */
const WINDOW = 64;

/** Subscribes all, and gives what publishes to them: as fast as the slowest of them reads. */
export async function prepareFanOut(client: BenchClient, options: FanOutOptions): Promise<PreparedPattern> {
  const { payload, subscribers } = options;
  const arrivals = createArrivals(options);
  const subscribed = arrivals.expect(-1, () => true);
  const subscriptions = Array.from({ length: subscribers }, (_, subscriber) =>
    client.subscribe((number, bytes) => arrivals.add(subscriber, number, bytes)),
  );
  const failed = Promise.race(subscriptions).then(() => {
    throw new Error('a subscription has ended');
  });
  failed.catch(() => undefined); // it may fail between two runs
  await Promise.race([subscribed, failed]);
  return async (count) => {
    const { send, end } = client.openPublishing();
    let sent = 0;
    const sendMore = (delivered: number): void => {
      for (; sent < count && sent < delivered + WINDOW; sent += 1) send({ number: sent, payload });
    };
    const delivered = arrivals.expect(0, (number) => {
      sendMore(number + 1);
      return number + 1 === count;
    });
    sendMore(0);
    await Promise.race([delivered, failed]);
    checkSummary(await end(), count);
    return undefined;
  };
}

/** Keeps account of who has got what. */
function createArrivals({ payload, subscribers }: FanOutOptions) {
  /** The number that each has to get next. */
  const next = Array.from({ length: subscribers }, () => 0);
  /** How many have got a number, by the number: each gets them in order, so when all have, the slowest has. */
  let counts = new Map<number, number>();
  let onAllHave: (number: number) => void;
  return {
    /** Expects numbers from the first on. Resolves when `isLast`, which is told what all have got, says so. */
    expect(first: number, isLast: (number: number) => boolean): Promise<void> {
      next.fill(first);
      counts = new Map();
      return new Promise((resolve) => {
        onAllHave = (number) => {
          if (isLast(number)) resolve();
        };
      });
    },
    add(subscriber: number, number: number, bytes: number): void {
      if (number !== next[subscriber]) throw new Error(`expected message ${next[subscriber]}, got ${number}`);
      const expectedBytes = number === -1 ? 0 : (payload?.length ?? 0);
      if (bytes !== expectedBytes) throw new Error(`expected ${expectedBytes} bytes, got ${bytes}`);
      next[subscriber] = number + 1;
      const count = (counts.get(number) ?? 0) + 1;
      counts.set(number, count);
      if (count < subscribers) return;
      counts.delete(number);
      onAllHave(number);
    },
  };
}
