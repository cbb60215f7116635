import type { Socket } from 'node:net';
import type pg from 'pg';

/** A server that does not take its leave within it is frozen, or the network to it is gone. */
const GOODBYE_MS = 500;

/** Ends the connection as PostgreSQL wants it, and cuts it where that has no answer. */
export async function leave(client: pg.Client, socket: Socket): Promise<void> {
  const cut = setTimeout(() => socket.destroy(), GOODBYE_MS);
  await client.end().catch(() => undefined); // it may be gone
  clearTimeout(cut);
}
