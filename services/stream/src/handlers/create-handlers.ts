import type { Handlers } from '@streamworks/common';
import type { StockService } from '@streamworks/proto/stock_service';
import type { StreamService } from '@streamworks/proto/stream_service';
import type { FileStore } from '../file-store.js';
import type { UserStore } from '../user-store.js';
import { createCreateUsers } from './create-users.js';
import { createDownloadFile } from './download-file.js';
import { createGetUserList } from './get-user-list.js';
import type { PriceFeeds } from './price-feeds.js';
import { createSendPrices } from './send-prices.js';
import { createUploadFile, type UploadOptions } from './upload-file.js';

/** What the handlers work on. */
export interface Dependencies {
  readonly users: UserStore;
  readonly files: FileStore;
  readonly prices: PriceFeeds;
  readonly uploads: UploadOptions;
}

/** Users, files and prices. */
export const createStreamHandlers = ({
  users,
  files,
  prices,
  uploads,
}: Dependencies): Handlers<typeof StreamService> => ({
  getUserList: createGetUserList(users),
  createUsers: createCreateUsers(users),
  uploadFile: createUploadFile(files, uploads),
  downloadFile: createDownloadFile(files),
  getStockPrices: createSendPrices(prices),
});

/** The same prices at the other door. */
export const createStockHandlers = ({ prices }: Pick<Dependencies, 'prices'>): Handlers<typeof StockService> => ({
  getRealTimePrices: createSendPrices(prices),
});
