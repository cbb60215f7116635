import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { PostgresServer } from './postgres-server.js';

const POSTGRES_PORT = 5432;

/** What stands between a client and a server. */
export interface PostgresProxy extends PostgresServer {
  /** How many connections go through it. */
  readonly connections: number;
  /** How many connections have come to it. */
  readonly accepted: number;
  /** Lets nothing through any longer, in no direction, and closes nothing. */
  freeze(): void;
}

/** A way to a server that is not ours to stop: the way is closed in its place. */
export async function startProxy(target: string): Promise<PostgresProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((near) => {
    accepted += 1;
    const far = connect(port === '' ? POSTGRES_PORT : Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = async (at: number): Promise<void> => void (await once(server.listen(at, '127.0.0.1'), 'listening'));
  await listen(0);
  const { port: ownPort } = server.address() as AddressInfo; // of a TCP server
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(ownPort);
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server.close(), 'close');
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  return {
    url: url.href,
    get connections() {
      return sockets.size / 2;
    },
    get accepted() {
      return accepted;
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    stop,
    kill: stop,
    start: () => listen(ownPort),
    remove: stop,
  };
}
