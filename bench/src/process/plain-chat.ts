import { startChatServer } from '../peers/grpc-js/chat-server.js';
import type { Announcement, UsageRequest } from './messages.js';
import { readOwnUsage } from './usage.js';

/** The plain chat as a process. It ends with its parent. */
process.on('disconnect', () => process.exit());
process.on('message', (request: UsageRequest) => process.send?.(readOwnUsage(request)));
process.send?.({ port: await startChatServer() } satisfies Announcement);
