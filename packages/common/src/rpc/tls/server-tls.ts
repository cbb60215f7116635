import type { Pem } from './certificates.js';

/** What a server shows to its clients, and what it asks of them. */
export interface ServerCertificates {
  /** The certificate, with those between it and its CA behind it. */
  readonly cert: Pem;
  readonly key: Pem;
  /** The CAs of the clients: whoever has no certificate of theirs is refused. Default: clients need none. */
  readonly clientCa?: Pem | undefined;
}

/** The certificates that a server starts with, and word of new ones. */
export interface ServerTls extends ServerCertificates {
  /** Calls back with certificates for the connections from then on; returns what ends that. Default: none come. */
  readonly watch?: (onNew: (certificates: ServerCertificates) => void) => () => void;
}
