import { createLogger } from '@streamworks/common';
import { startService, type StartServiceOptions, type TestServer } from '@streamworks/common/testing';
import type { DatabaseConfig } from '@streamworks/storage';
import type { TestDatabases } from '@streamworks/storage/testing';
import { createDatabaseMessageStore } from '../../src/database-message-store.js';
import { createDatabasePositionStore } from '../../src/database-position-store.js';
import type { ChatSettings } from '../../src/handlers/dependencies.js';
import { aliases, openChat, type Chat } from '../../src/handlers/open-chat.js';
import type { MessageStore } from '../../src/message-store.js';
import { migrations, type ChatSchema } from '../../src/migrations.js';

/** What a test may set. */
export interface ServeOptions extends StartServiceOptions {
  /** Default: a new, empty database. */
  readonly database?: DatabaseConfig;
  readonly settings?: Partial<ChatSettings>;
  readonly now?: () => number;
}

/** The chat in this process. */
export interface ServedChat extends TestServer {
  readonly chat: Chat;
  readonly messages: MessageStore;
}

/** Serves the chat in this process. */
export async function serveChat(
  databases: TestDatabases,
  { database: given, settings, now, ...options }: ServeOptions = {},
): Promise<ServedChat> {
  const database = await databases.open<ChatSchema>(migrations, given && { config: given });
  const messages = createDatabaseMessageStore(database, now && { now });
  const chat = await openChat({
    messages,
    positions: createDatabasePositionStore(database),
    settings: { receiveIdleMs: 60_000, backlogBytes: 2 ** 20, rooms: 100, ...settings },
    log: createLogger({ service: 'test', logLevel: 'silent' }),
    ...(now && { now }),
  });
  const onStopped = async (): Promise<void> => {
    await chat.close();
    await database.close();
  };
  const server = await startService(chat.services, { aliases, onStopped, ...options });
  return { ...server, chat, messages };
}
