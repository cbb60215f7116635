import { Broadcast, EncodedMessage, StatusError, Subscriber, type Context } from '@streamworks/common';
import { StockService, type StockPrice } from '@streamworks/proto/stock_service';
import type { Prices, PriceSource } from '../price-source.js';

/** The prices that somebody reads now: one source for each symbol, whatever the number of its readers. */
export interface PriceFeeds {
  /** How many symbols are read, each with a timer. */
  readonly size: number;
  /**
   * Sends the prices of a symbol to a call, the latest at once; resolves at the end of the prices, and rejects at that of the
   * call. A reader who is slow gets the newest price next, and none of those between.
   */
  send(symbol: string, context: Context<StockPrice>): Promise<void>;
  /** Ends all calls with a status, and those that come later. */
  close(reason: StatusError): void;
}

export interface PriceFeedOptions {
  readonly source: PriceSource;
  /** The time between two prices, in milliseconds. */
  readonly tickMs: number;
  /** The most symbols that are read at a time. */
  readonly symbols: number;
}

/** The price of a symbol that is read, with those who read it. */
interface Feed {
  readonly broadcast: Broadcast<StockPrice>;
  /** The latest price, for whoever comes between two; encoded when somebody does. */
  latest: StockPrice;
  encoded: EncodedMessage<StockPrice> | undefined;
  readonly timer: NodeJS.Timeout;
}

const { getRealTimePrices: method } = StockService.methods;

/** Feeds begin with their first reader and end with their last. */
export function createPriceFeeds({ source, tickMs, symbols }: PriceFeedOptions): PriceFeeds {
  const feeds = new Map<string, Feed>();
  let closed: StatusError | undefined;

  function start(symbol: string): Feed {
    if (feeds.size >= symbols) {
      throw new StatusError('RESOURCE_EXHAUSTED', `${symbols} symbols are read already, and no more can be`);
    }
    const prices = source.open(symbol);
    const first = prices && next(symbol, prices);
    if (prices === undefined || first === undefined)
      throw new StatusError('NOT_FOUND', `there are no prices of ${symbol}`);
    const broadcast = new Broadcast<StockPrice>(method);
    const timer = setInterval(() => {
      const price = next(symbol, prices);
      if (price === undefined) return end(symbol, feed);
      feed.latest = price;
      feed.encoded = undefined;
      broadcast.publish(price);
    }, tickMs);
    const feed: Feed = { broadcast, latest: first, encoded: undefined, timer };
    feeds.set(symbol, feed);
    return feed;
  }

  function stop(symbol: string, feed: Feed): void {
    clearInterval(feed.timer);
    if (feeds.get(symbol) === feed) feeds.delete(symbol);
  }

  function end(symbol: string, feed: Feed): void {
    stop(symbol, feed);
    feed.broadcast.close();
  }

  return {
    get size() {
      return feeds.size;
    },
    async send(symbol, context) {
      if (closed !== undefined) throw closed;
      const feed = feeds.get(symbol) ?? start(symbol);
      const subscriber = new Subscriber(context, { whenFull: 'keep-newest' });
      try {
        feed.broadcast.add(subscriber);
        subscriber.deliver((feed.encoded ??= new EncodedMessage(method.response, feed.latest)));
        await subscriber.done;
      } finally {
        feed.broadcast.delete(subscriber);
        if (feed.broadcast.size === 0) stop(symbol, feed);
      }
    },
    close(reason) {
      closed = reason;
      for (const [symbol, feed] of feeds) {
        stop(symbol, feed);
        feed.broadcast.close(reason);
      }
    },
  };
}

/** The next price as it is sent; undefined after the last one. */
function next(symbol: string, prices: Prices): StockPrice | undefined {
  const { done, value } = prices.next();
  if (done === true) return undefined;
  const timestamp = value.timestamp ?? Math.floor(Date.now() / 1000);
  return { symbol, price: value.price, timestamp: BigInt(timestamp) };
}
