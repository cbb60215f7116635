import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server that cuts connections off. */
export interface CutProxy extends AsyncDisposable {
  /** What a client is given. */
  readonly target: string;
}

/** Starts a proxy to a port of this machine: a connection is reset when so many bytes of its client have gone through. */
export async function startCutProxy(port: number, limit: number): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let left = limit;
    const cut = (): void => {
      for (const socket of [client, upstream]) socket.resetAndDestroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    upstream.pipe(client);
    client.on('data', (bytes) => {
      const passed = bytes.subarray(0, left);
      left -= passed.length;
      // What was let through arrives before the reset.
      upstream.write(passed, () => left === 0 && cut());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
