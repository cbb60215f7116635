import { constants } from 'node:crypto';
import { createServer, type SecureContextOptions, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { ServerCredentials, type Server } from '@grpc/grpc-js';
import type { Logger } from '../../logging/create-logger.js';
import type { Listener } from '../listen.js';
import { createHandshakes, type Handshakes } from './handshakes.js';
import { createRefusalLog, LEFT } from './refusals.js';
import type { ServerCertificates, ServerTls } from './server-tls.js';

const HANDSHAKE_MS = 20_000;

/** What a listener for TLS needs. */
export interface TlsListenerOptions {
  /** Takes calls on the connections once they are secured. */
  readonly server: Server;
  readonly tls: ServerTls;
  readonly log: Logger;
  /** How long a client may take for its handshake, in milliseconds. Default: 20 000. */
  readonly handshakeMs?: number;
}

/**
 * Listens with TLS, and gives grpc-js connections that are secured. New certificates serve new connections; those that
 * stand are left as they are.
 */
export function createTlsListener({ server, tls, log, handshakeMs = HANDSHAKE_MS }: TlsListenerOptions): Listener {
  const servers = new Map<string, TlsServer>();
  const secured = new Set<TLSSocket>();
  const handshakes = createSecuring(server, secured, log);
  let contents: ServerCertificates = tls;
  const stopWatching = tls.watch?.((found) => {
    contents = found;
    for (const listening of servers.values()) listening.setSecureContext(toContext(found));
  });
  return {
    async bind(host, port) {
      const listening = createServer({
        ...toContext(contents),
        requestCert: tls.clientCa !== undefined,
        rejectUnauthorized: true,
        ALPNProtocols: ['h2'],
        handshakeTimeout: handshakeMs,
      });
      handshakes.follow(listening);
      const bound = await listen(listening, host, port);
      listening.on('error', (err) => log.error({ err }, 'a connection could not be taken'));
      servers.set(`${host}:${bound}`, listening);
      return bound;
    },
    unbind(host, port) {
      servers.get(`${host}:${port}`)?.close();
      servers.delete(`${host}:${port}`);
    },
    async stop() {
      stopWatching?.();
      const closed = [...servers.values()].map((listening) => new Promise((resolve) => listening.close(resolve)));
      handshakes.drop();
      await Promise.all(closed);
    },
    close() {
      for (const socket of secured) socket.destroy();
    },
  };
}

/** Hands connections to grpc-js once they are secured, and keeps them in the set while they are open. */
function createSecuring(server: Server, secured: Set<TLSSocket>, log: Logger): Handshakes {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const onRefused = createRefusalLog(log);
  const onSecure = (socket: TLSSocket, peer: string): void => {
    socket.on('error', () => undefined); // HTTP/2 hears of it, too, and ends the calls
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy();
      return onRefused(peer, 'the client does not speak HTTP/2');
    }
    const isOlder = socket.getProtocol() === 'TLSv1.2';
    secured.add(socket);
    socket.once('close', () => {
      secured.delete(socket);
      // Before TLS 1.3 a client judges the certificate when the handshake is over.
      if (isOlder && socket.bytesRead === 0) onRefused(peer, LEFT);
    });
    injector.injectConnection(socket);
  };
  const onSilent = (peer: string): void => log.debug({ peer }, 'a connection closed without a byte');
  return createHandshakes({ onSecure, onRefused, onSilent });
}

function toContext({ cert, key, clientCa }: ServerCertificates): SecureContextOptions {
  return {
    cert,
    key,
    ...(clientCa !== undefined && { ca: clientCa }),
    minVersion: 'TLSv1.2',
    // No session is resumed: the certificate of a client is verified anew with each of its connections.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

function listen(server: TlsServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}
