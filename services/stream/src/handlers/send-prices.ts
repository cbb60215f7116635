import { invalidArgument, type Handler } from '@streamworks/common';
import type { StockServiceMethods } from '@streamworks/proto/stock_service';
import { readSymbol } from '../price-source.js';
import type { PriceFeeds } from './price-feeds.js';

/** Sends the prices of a symbol, until they or the call come to their end. */
export const createSendPrices =
  (prices: PriceFeeds): Handler<StockServiceMethods['getRealTimePrices']> =>
  async ({ symbol: text }, context) => {
    const symbol = readSymbol(text);
    if (symbol === undefined) throw invalidArgument('symbol', 'has to be 1 to 16 letters, digits, dots, ^ and -');
    await prices.send(symbol, context);
  };
