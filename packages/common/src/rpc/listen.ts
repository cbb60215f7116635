import type { Server as HttpServer } from 'node:http';
import { ServerCredentials, type Server } from '@grpc/grpc-js';
import { StartError } from '../config/setting.js';

/** So often a free port is looked for that is free on 127.0.0.1 and on ::1. */
const ATTEMPTS = 10;

const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The setting that the port comes from, for the person who has to change it. */
  readonly variable: string;
}

/** What takes the connections of a gRPC server. */
export interface Listener {
  /** Binds one address and gives its port. Rejects with an Error whose message has the code of the system. */
  bind(host: string, port: number): Promise<number>;
  /** Gives an address up that was bound. */
  unbind(host: string, port: number): void;
  /** Takes no more connections; those that carry calls go on. Resolves when those that it knows of are closed. */
  stop(): Promise<void>;
  /** Drops the connections that are left. */
  close(): void;
}

/** Listens without TLS: grpc-js does it, and stops by itself. */
export function createPlainListener(server: Server): Listener {
  const credentials = ServerCredentials.createInsecure();
  return {
    bind(host, port) {
      return new Promise((resolve, reject) => {
        server.bindAsync(toAddress(host, port), credentials, (error, bound) => {
          if (error === null) resolve(bound);
          else reject(error);
        });
      });
    },
    unbind: (host, port) => server.unbind(toAddress(host, port)),
    stop: async () => undefined,
    close: () => undefined,
  };
}

/**
 * Binds a gRPC server and gives its port. `localhost` is bound on both loopback addresses, and one of them in use is
 * an error even where the other is free: otherwise half of the clients would reach somebody else.
 */
export async function listenGrpc(listener: Listener, { host, port, variable }: ListenOptions): Promise<number> {
  const bind = (address: string, wanted: number): Promise<number> =>
    listener.bind(address, wanted).catch((error: unknown) => {
      throw toStartError(`${toAddress(address, wanted)} (${variable})`, error as Error);
    });
  if (host !== 'localhost') return bind(host, port);
  const [first, second] = LOOPBACK;
  for (let attempt = 1; ; attempt += 1) {
    const bound = await bind(first, port);
    try {
      await bind(second, bound);
      return bound;
    } catch (error) {
      if (isWithoutIpv6(error)) return bound;
      listener.unbind(first, bound);
      if (port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

function toAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Binds an HTTP server and gives its port; `localhost` is 127.0.0.1 here: those who watch a service use that. */
export function listenHttp(server: HttpServer, { host, port, variable }: ListenOptions): Promise<number> {
  const address = host === 'localhost' ? '127.0.0.1' : host;
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(toStartError(`${address}:${port} (${variable})`, error)));
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function toStartError(address: string, error: Error): StartError {
  const [, code = ''] = /\b(E[A-Z]{3,})\b/.exec(error.message) ?? [];
  const reasons: Record<string, string> = {
    EADDRINUSE: 'the port is in use',
    EACCES: 'the port needs more rights',
    EADDRNOTAVAIL: 'the address is not one of this machine',
    ENOTFOUND: 'the host is not known',
  };
  return new StartError(`cannot listen on ${address}: ${reasons[code] ?? error.message}`, { cause: error });
}

function isWithoutIpv6(error: unknown): boolean {
  return error instanceof Error && /EADDRNOTAVAIL|EAFNOSUPPORT/.test(String((error.cause as Error).message));
}
