import { StatusError } from '@streamworks/common';
import { createTestContext, type TestContext } from '@streamworks/common/testing';
import type { StockPrice } from '@streamworks/proto/stock_service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PriceSource } from '../price-source.js';
import { createRandomWalk } from '../random-walk.js';
import { createRecording } from '../recording.js';
import { createPriceFeeds, type PriceFeeds } from './price-feeds.js';
import { createSendPrices } from './send-prices.js';

const NOW = 1_700_000_000;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Options {
  readonly source?: PriceSource;
  readonly symbols?: number;
}

const createFeeds = ({ source = createRandomWalk(1), symbols = 3 }: Options = {}) =>
  createPriceFeeds({ source, tickMs: 1000, symbols });

/** A reader of a symbol, and how the call went. */
function read(feeds: PriceFeeds, symbol: string): { context: TestContext<StockPrice>; ended: Promise<unknown> } {
  const context = createTestContext<StockPrice>();
  const result = Promise.resolve(createSendPrices(feeds)({ symbol }, context) as Promise<void>);
  const ended = result.then(
    () => {
      context.finish();
      return 'OK';
    },
    (error: unknown) => error,
  );
  return { context, ended };
}

describe('the prices of a symbol', () => {
  it('come at once, then at each tick, with the symbol in upper case', async () => {
    const { context } = read(createFeeds(), 'aapl');
    expect(context.written).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(context.written.map(({ symbol, timestamp }) => ({ symbol, timestamp }))).toEqual(
      [0, 1, 2, 3].map((seconds) => ({ symbol: 'AAPL', timestamp: BigInt(NOW + seconds) })),
    );
    expect(new Set(context.written.map(({ price }) => price)).size).toBeGreaterThan(1);
    context.cancel();
  });

  it('are the same for all readers, from one source with one timer; who comes later begins with the latest', async () => {
    let opened = 0;
    const walk = createRandomWalk(1);
    const feeds = createFeeds({ source: { open: (symbol) => ((opened += 1), walk.open(symbol)) } });
    const first = read(feeds, 'AAPL');
    await vi.advanceTimersByTimeAsync(1500);
    const others = Array.from({ length: 100 }, () => read(feeds, 'aapl'));
    expect({ opened, size: feeds.size, timers: vi.getTimerCount() }).toEqual({ opened: 1, size: 1, timers: 1 });
    await vi.advanceTimersByTimeAsync(2000);
    for (const { context } of others) expect(context.written).toEqual(first.context.written.slice(1));
    for (const { context } of [first, ...others]) context.cancel();
    await Promise.all([first, ...others].map(({ ended }) => ended));
    expect({ size: feeds.size, timers: vi.getTimerCount() }).toEqual({ size: 0, timers: 0 });
  });

  it('stop with the last reader, and begin anew with the next', async () => {
    const feeds = createFeeds();
    const [one, other] = [read(feeds, 'A'), read(feeds, 'A')];
    await vi.advanceTimersByTimeAsync(5000);
    one.context.cancel();
    expect(await one.ended).toMatchObject({ code: 'CANCELLED' });
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(other.context.written).toHaveLength(7);
    other.context.cancel();
    await other.ended;
    expect(vi.getTimerCount()).toBe(0);
    const again = read(feeds, 'A');
    expect(again.context.written[0]?.price).toBe(other.context.written[0]?.price);
    again.context.cancel();
  });

  it('leave no timer behind for a call that is over before it begins', async () => {
    const feeds = createFeeds();
    const context = createTestContext<StockPrice>();
    context.cancel();
    await expect(createSendPrices(feeds)({ symbol: 'A' }, context)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect({ size: feeds.size, timers: vi.getTimerCount() }).toEqual({ size: 0, timers: 0 });
  });

  it('are refused for more symbols than may be read, and not for a further reader of one', async () => {
    const feeds = createFeeds({ symbols: 2 });
    const readers = ['A', 'B', 'A', 'b'].map((symbol) => read(feeds, symbol));
    expect(await read(feeds, 'C').ended).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    readers[1]?.context.cancel();
    readers[3]?.context.cancel();
    await readers[1]?.ended;
    await readers[3]?.ended;
    const later = read(feeds, 'C');
    expect(later.context.written).toHaveLength(1);
    for (const { context } of [...readers, later]) context.cancel();
  });

  it.each(['', 'A B', 'x'.repeat(17), '../x', 'ä'])('are refused for %j', async (symbol) => {
    expect(await read(createFeeds(), symbol).ended).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: [{ value: { fieldViolations: [{ field: 'symbol' }] } }],
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('recorded prices', () => {
  const createRecorded = () => {
    const recording = createRecording();
    recording.add('A', 1, 5);
    recording.add('A', 2, undefined);
    return createFeeds({ source: recording });
  };

  it('are replayed with their times, and end with OK for everybody', async () => {
    const feeds = createRecorded();
    const early = read(feeds, 'A');
    await vi.advanceTimersByTimeAsync(1000);
    const late = read(feeds, 'A');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await early.ended).toBe('OK');
    expect(await late.ended).toBe('OK');
    expect(early.context.written).toEqual([
      { symbol: 'A', price: 1, timestamp: 5n },
      { symbol: 'A', price: 2, timestamp: BigInt(NOW + 1) },
    ]);
    expect(late.context.written).toEqual(early.context.written.slice(1));
    expect({ size: feeds.size, timers: vi.getTimerCount() }).toEqual({ size: 0, timers: 0 });
  });

  it('of a symbol that is not there are NOT_FOUND', async () => {
    expect(await read(createRecorded(), 'B').ended).toMatchObject({ code: 'NOT_FOUND' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('ends every stream, and those that come later, when the feeds are closed', async () => {
  const feeds = createFeeds();
  const readers = ['A', 'B', 'B'].map((symbol) => read(feeds, symbol));
  const reason = new StatusError('UNAVAILABLE', 'the server is shutting down');
  feeds.close(reason);
  for (const { ended } of readers) expect(await ended).toEqual(reason);
  expect(await read(feeds, 'C').ended).toBe(reason);
  expect({ size: feeds.size, timers: vi.getTimerCount() }).toEqual({ size: 0, timers: 0 });
});
