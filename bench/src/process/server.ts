import { isPeer, peers } from '../peers/peers.js';
import type { Announcement, UsageRequest } from './messages.js';
import { readOwnUsage } from './usage.js';

/** A server process: `server.js <peer>`. It ends with its parent. */
const [, , name = ''] = process.argv;
if (!isPeer(name)) throw new Error(`there is no peer ${name}`);
process.on('disconnect', () => process.exit());
process.on('message', (request: UsageRequest) => process.send?.(readOwnUsage(request)));
const { startServer } = await peers[name].loadServer();
process.send?.({ port: await startServer() } satisfies Announcement);
