import { createLogger, runService, serve } from '@streamworks/common';
import { openDatabase } from '@streamworks/storage';
import { readConfig } from './config.js';
import { createDatabaseMessageStore } from './database-message-store.js';
import { createDatabasePositionStore } from './database-position-store.js';
import { aliases, openChat } from './handlers/open-chat.js';
import { migrations, type ChatSchema } from './migrations.js';
import { startRetention } from './retention.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  const database = await openDatabase<ChatSchema>({ ...config.database, migrations, log });
  const messages = createDatabaseMessageStore(database);
  const positions = createDatabasePositionStore(database);
  const chat = await openChat({ messages, positions, settings: config, log });
  const stopRetention = startRetention({ ...config, messages, log });
  const onStopped = async (): Promise<void> => {
    await Promise.all([chat.close(), stopRetention()]);
    await database.close();
  };
  return serve({ config, log, services: chat.services, aliases, isReady: () => database.isReady, onStopped });
});
