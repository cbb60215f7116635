import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { schemas, StartError, type Setting, type Values } from './setting.js';

/** Where the certificates of a server are, as absolute paths, and how often a look is taken whether they are new. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** The CAs of the clients; undefined where clients need no certificate. */
  readonly clientCa: string | undefined;
  readonly reloadIntervalMs: number;
}

const OFF = 'off';
const LEAST_INTERVAL_MS = 100;

/** Not the PEM text itself: it would be shown as a path that does not exist. */
const path = z.string().regex(/^(?!\s*-----BEGIN)[^\0\r\n]+$/);

/** The settings of TLS, which every service has. */
export const tlsSettings = {
  tlsCert: {
    variable: 'TLS_CERT',
    description: 'The certificate of the server, with those between it and its CA behind it: turns TLS on.',
    allowed: 'the path of a PEM file, or off',
    default: OFF,
    schema: path,
  },
  tlsKey: {
    variable: 'TLS_KEY',
    description: 'The key of that certificate, without a passphrase.',
    allowed: 'the path of a PEM file, or off',
    default: OFF,
    schema: path,
  },
  tlsClientCa: {
    variable: 'TLS_CLIENT_CA',
    description: 'The CAs of the clients (mTLS): whoever has no certificate of theirs is refused.',
    allowed: 'the path of a PEM file, or off',
    default: OFF,
    schema: path,
  },
  tlsReloadInterval: {
    variable: 'TLS_RELOAD_INTERVAL',
    description: 'How often those files are looked at: new ones serve new connections, open ones go on.',
    allowed: 'a duration of at least 100ms, such as 10s',
    default: '10s',
    schema: schemas.duration.refine((ms) => ms >= LEAST_INTERVAL_MS),
  },
} satisfies Record<string, Setting<unknown>>;

/** Relative paths begin at the folder. Throws a {@link StartError} where a setting lacks another. */
export function toTlsFiles(
  { tlsCert, tlsKey, tlsClientCa, tlsReloadInterval }: Values<typeof tlsSettings>,
  folder: URL | undefined,
): TlsFiles | undefined {
  const start = folder === undefined ? process.cwd() : fileURLToPath(folder);
  if (tlsCert === OFF) {
    if (tlsKey !== OFF) throw new StartError('TLS_KEY is set and TLS_CERT is not: TLS needs both');
    if (tlsClientCa !== OFF) throw new StartError('TLS_CLIENT_CA is set and TLS_CERT is not: it needs TLS');
    return undefined;
  }
  if (tlsKey === OFF) throw new StartError('TLS_CERT is set and TLS_KEY is not: TLS needs both');
  return {
    cert: resolve(start, tlsCert),
    key: resolve(start, tlsKey),
    clientCa: tlsClientCa === OFF ? undefined : resolve(start, tlsClientCa),
    reloadIntervalMs: tlsReloadInterval,
  };
}
