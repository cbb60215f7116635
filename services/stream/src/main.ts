import { createLogger, defineService, runService, serve, StatusError } from '@streamworks/common';
import { StockService } from '@streamworks/proto/stock_service';
import { StreamService } from '@streamworks/proto/stream_service';
import { openDatabase } from '@streamworks/storage';
import { readConfig } from './config.js';
import { createDatabaseUserStore } from './database-user-store.js';
import { createStockHandlers, createStreamHandlers } from './handlers/create-handlers.js';
import { createPriceFeeds } from './handlers/price-feeds.js';
import { migrations, type UserSchema } from './migrations.js';
import { openFiles } from './open-files.js';
import { openPriceSource } from './open-price-source.js';
import { seedUsers } from './seed-users.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  const prices = createPriceFeeds({ ...config, source: await openPriceSource(config, log) });
  const database = await openDatabase<UserSchema>({ ...config.database, migrations, log });
  const users = createDatabaseUserStore(database);
  if (config.seedUsers) await seedUsers(users, log);
  const files = await openFiles(config, log);
  const dependencies = { users, files, prices, uploads: config };
  const stream = defineService(StreamService, createStreamHandlers(dependencies));
  const stock = defineService(StockService, createStockHandlers(dependencies));
  const onDraining = (): void => prices.close(new StatusError('UNAVAILABLE', 'the server is shutting down'));
  const onStopped = async (): Promise<void> => void (await Promise.all([files.close(), database.close()]));
  return serve({ config, log, services: [stream, stock], onDraining, isReady: () => database.isReady, onStopped });
});
