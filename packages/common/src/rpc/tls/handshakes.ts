import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { LEFT, toReason } from './refusals.js';

/** Who is told how handshakes end. */
export interface HandshakeUser {
  /** The connection is secured, and every demand on the client's certificate is met. */
  onSecure(socket: TLSSocket, peer: string): void;
  onRefused(peer: string, reason: string): void;
  /** A connection was closed before it said anything: a load balancer that looks whether the port is open. */
  onSilent(peer: string): void;
}

/** The handshakes that are under way. */
export interface Handshakes {
  /** Follows those of one more server. */
  follow(server: Server): void;
  /** Drops those under way; nobody is told. */
  drop(): void;
}

/** Follows handshakes from the first byte to their end. Each costs the others nothing, however slow it is. */
export function createHandshakes(user: HandshakeUser): Handshakes {
  const open = new Map<string, Socket>();
  let closing: string | undefined;
  const refuse = (peer: string, reason: string): void => {
    if (open.delete(peer)) user.onRefused(peer, reason);
  };
  const onConnection = (socket: Socket): void => {
    const peer = toPeer(socket);
    open.set(peer, socket);
    socket.once('close', () => {
      closing = peer;
      // The reason is reported while the connection closes, if there is one.
      setImmediate(() => {
        if (open.get(peer) !== socket) return;
        if (socket.bytesRead > 0) return refuse(peer, LEFT);
        open.delete(peer);
        user.onSilent(peer);
      });
    });
  };
  const onError = (error: NodeJS.ErrnoException, socket: TLSSocket): void => {
    // For most certificates that it refuses, Node closes the connection first: it no longer knows whose it was.
    const refused = socket.authorizationError as unknown as string | null; // Node's types have an Error here
    const isKnown = socket.remoteAddress !== undefined;
    if (refused !== null) refuse(isKnown ? toPeer(socket) : (closing ?? 'unknown'), toReason(refused));
    else if (error.code !== 'ECONNRESET') refuse(toPeer(socket), toReason(error.code ?? error.message));
    // Node closes the connection after every other error.
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') socket.destroy();
  };
  return {
    follow(server) {
      server.on('connection', onConnection);
      server.on('tlsClientError', onError);
      server.on('secureConnection', (socket) => {
        const peer = toPeer(socket);
        if (open.delete(peer)) user.onSecure(socket, peer);
        else socket.destroy();
      });
    },
    drop() {
      const sockets = [...open.values()];
      open.clear();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function toPeer({ remoteAddress = 'unknown', remotePort = 0 }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
