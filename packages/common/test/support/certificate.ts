import { ServerCredentials } from '@grpc/grpc-js';
import { generate } from 'selfsigned';

/** A server over TLS for `localhost`, with a certificate that nobody else has. */
export interface Certificate {
  readonly serverCredentials: ServerCredentials;
  /** What a client has to trust, in PEM. */
  readonly root: string;
}

export async function createCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) };
  return { serverCredentials: ServerCredentials.createSsl(null, [pair]), root: cert };
}
