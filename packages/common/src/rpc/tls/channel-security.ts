import { createSecureContext } from 'node:tls';
import { credentials, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { checkCertificates, type Certificates } from './certificates.js';

/** How a client secures its connection. Certificates and keys are PEM. */
export interface ClientTls extends Certificates {
  /** The CAs that the server's certificate may come from. Default: those that Node knows. */
  readonly ca?: Certificates['ca'];
  /** The certificate of the client, for a server that asks for one; together with its key. Default: none. */
  readonly cert?: Certificates['cert'];
  readonly key?: Certificates['key'];
  /** The name that the server's certificate must have. Default: the host of the target. */
  readonly serverName?: string | undefined;
}

/** What a channel is given. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/** Throws an Error in one line where a certificate or key cannot be used. */
export function createChannelSecurity(tls: ClientTls | undefined): ChannelSecurity {
  if (tls === undefined) return { credentials: credentials.createInsecure(), options: {} };
  const { ca, cert, key, serverName } = tls;
  checkCertificates(tls, { ca: 'tls.ca', cert: 'tls.cert', key: 'tls.key' });
  const context = createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    minVersion: 'TLSv1.2',
  });
  return {
    credentials: credentials.createFromSecureContext(context),
    options:
      serverName === undefined
        ? {}
        : { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName },
  };
}
