import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Channels } from '../channels.js';
import { leave } from './leave.js';

/** What listens on a connection while that is there. */
export interface NoticeSession {
  readonly config: pg.ClientConfig;
  readonly channels: Channels;
  /** How often the connection has to answer. */
  readonly beatMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called when all channels are listened on; `follow` adds one. */
  onListening(follow: (channel: string) => void): void;
}

/** Listens until the connection is lost, and rejects with the reason then. Whoever may have missed something is woken. */
export async function keepNoticeSession(session: NoticeSession): Promise<never> {
  const { channels, signal } = session;
  const ended = new AbortController();
  const end = (reason: unknown): void => ended.abort(reason);
  const socket = new Socket();
  const client = new pg.Client({ ...session.config, stream: () => socket });
  let isConnected = false;
  const close = (): void => {
    end(signal.reason);
    // What is under way is not waited for.
    if (isConnected) void leave(client, socket);
    else socket.destroy(); // after `end` pg's `connect` would never settle
  };
  client.on('error', end);
  client.on('end', () => end(new Error('Connection terminated')));
  client.on('notification', ({ channel }) => channels.wake(channel));
  // Channels are names of the program, and no name that needs quotes.
  const listen = (channel: string) => client.query(`listen ${channel}`);
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', close);
    await client.connect();
    isConnected = true;
    for (const channel of channels.names) await listen(channel);
    session.onListening((channel) => void listen(channel).then(() => channels.wake(channel), end));
    channels.wakeAll();
    for (;;) {
      await delay(session.beatMs, undefined, { signal: ended.signal });
      await client.query('select 1'); // a network that is gone says nothing by itself
    }
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    signal.removeEventListener('abort', close);
    await leave(client, socket);
  }
}
