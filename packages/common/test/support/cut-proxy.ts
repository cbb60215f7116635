import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, for what networks do to connections. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** What a client is given. */
  readonly target: string;
  /** Connections that are open now. */
  readonly connections: number;
  /** Destroys every connection: neither side gets another byte. */
  cut(): void;
  /** Ends every connection: each side reads its end, what it still sends is dropped, and nobody gets a reset. */
  hangUp(): void;
  /** Passes nothing on any more, and keeps every connection: a cable was pulled. */
  silence(): void;
}

/** Starts a proxy to a port of this machine. */
export async function startCutProxy(port: number): Promise<CutProxy> {
  const pairs = new Set<[Socket, Socket]>();
  const hungUp = new WeakSet<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [index, socket] of pair.entries()) {
      const other = pair[1 - index] as Socket;
      socket.setNoDelay(true);
      socket.pipe(other);
      const endOther = (): void => void (hungUp.has(other) || other.destroy());
      socket.on('error', endOther);
      socket.on('close', () => {
        endOther();
        if (other.closed) pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const sockets of pairs) for (const socket of sockets) socket.resetAndDestroy();
  };
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    port: ownPort,
    target: `127.0.0.1:${ownPort}`,
    get connections() {
      return pairs.size;
    },
    cut,
    hangUp() {
      for (const sockets of pairs) {
        for (const socket of sockets) {
          hungUp.add(socket);
          socket.unpipe();
          socket.resume();
          socket.end();
        }
      }
    },
    silence() {
      for (const sockets of pairs) {
        for (const socket of sockets) {
          socket.unpipe();
          socket.pause();
        }
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
