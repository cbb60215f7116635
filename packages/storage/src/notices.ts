import type { Transaction } from 'kysely';
import { assertChannel, createChannels, type Stop } from './channels.js';

/** How those who listen hear of what others have changed. */
export interface Notices {
  /** Calls the listener after a change, and whenever one may have been missed. */
  listen(channel: string, listener: () => void): Stop;
  /** Called at the end of a transaction, before its commit. */
  beforeCommit(transaction: Transaction<any>, channel: string): Promise<void>;
  /** Called when its commit is on disk. */
  afterCommit(channel: string): void;
  close(): Promise<void>;
}

/** Notices within one process: for a database that no other one changes. */
export function createLocalNotices(): Notices {
  const channels = createChannels();
  let open = true;
  return {
    listen: (channel, listener) => channels.add(channel, listener),
    beforeCommit: async (_transaction, channel) => assertChannel(channel),
    afterCommit(channel) {
      if (open) channels.wake(channel);
    },
    async close() {
      open = false;
    },
  };
}
