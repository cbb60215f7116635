import type { Server as HttpServer } from 'node:http';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { StartError } from '../config/setting.js';

/** So often a free port is looked for that is free on 127.0.0.1 and on ::1. */
const ATTEMPTS = 10;

const LOOPBACK = ['127.0.0.1', '[::1]'];

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The setting that the port comes from, for the person who has to change it. */
  readonly variable: string;
}

/** Where a gRPC server listens, and with what: plaintext, or TLS. */
export interface ListenGrpcOptions extends ListenOptions {
  readonly credentials: ServerCredentials;
}

/**
 * Binds a gRPC server and gives its port. `localhost` is bound on both loopback addresses, and one of them in use is
 * an error even where the other is free: otherwise half of the clients would reach somebody else.
 */
export async function listenGrpc(server: Server, options: ListenGrpcOptions): Promise<number> {
  const { host, port } = options;
  if (host !== 'localhost') return bind(server, `${host.includes(':') ? `[${host}]` : host}:${port}`, options);
  for (let attempt = 1; ; attempt += 1) {
    const [first = '', second] = LOOPBACK;
    const bound = await bind(server, `${first}:${port}`, options);
    try {
      await bind(server, `${second}:${bound}`, options);
      return bound;
    } catch (error) {
      if (isWithoutIpv6(error)) return bound;
      server.unbind(`${first}:${bound}`);
      if (port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

function bind(server: Server, address: string, { credentials, variable }: ListenGrpcOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(toStartError(`${address} (${variable})`, error));
    });
  });
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
