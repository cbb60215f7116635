import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** What a PEM file holds. */
export type Pem = string | Buffer;

/** A certificate with its key, and the CAs that the certificate of the other side must come from. */
export interface Certificates {
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly ca?: Pem | undefined;
}

/** What each of them is called where it comes from: `tls.ca`, `--ca`. */
export type CertificateNames = Readonly<Record<keyof Certificates, string>>;

/** Throws an Error in one line that names the first one that cannot be used; expired ones can be. */
export function checkCertificates({ cert, key, ca }: Certificates, names: CertificateNames): void {
  if (ca !== undefined) readChain(ca, names.ca);
  if (cert === undefined || key === undefined) {
    if (cert !== undefined) throw new Error(`${names.key} is missing: a certificate needs its key`);
    if (key !== undefined) throw new Error(`${names.cert} is missing: a key needs its certificate`);
    return;
  }
  const [certificate] = readChain(cert, names.cert);
  if (!certificate.checkPrivateKey(readKey(key, names.key))) {
    throw new Error(`${names.key} is not the key of ${names.cert}`);
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error(`${names.cert} cannot be used: ${toReason(error)}`, { cause: error });
  }
}

/** Every certificate of a PEM text, in order. Throws an Error where it has none, or half of one. */
export function readChain(pem: Pem, name: string): [X509Certificate, ...X509Certificate[]] {
  const text = pem.toString();
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  try {
    const [first, ...rest] = blocks.map((block) => new X509Certificate(block));
    const begun = text.match(/-----BEGIN CERTIFICATE-----/g)?.length;
    if (first !== undefined && begun === blocks.length) return [first, ...rest];
  } catch (error) {
    throw new Error(`${name} holds a certificate that cannot be read: ${toReason(error)}`, { cause: error });
  }
  throw new Error(`${name} holds no whole certificate in PEM`);
}

function readKey(pem: Pem, name: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    if (pem.toString().includes('ENCRYPTED')) {
      throw new Error(`${name} is encrypted: a key without a passphrase is needed`, { cause: error });
    }
    throw new Error(`${name} holds no private key in PEM`, { cause: error });
  }
}

/** The last words of OpenSSL's `error:0A00018F:SSL routines::ee key too small`. */
function toReason(error: unknown): string {
  const { message } = error as Error;
  return message.slice(message.lastIndexOf(':') + 1).trim();
}

/** The subject as RFC 2253 writes it, the most special part first: `CN=ann,O=Streamworks`. */
export function toSubject({ subject }: X509Certificate): string {
  return subject.split('\n').toReversed().join(',');
}

/** The end of its time. */
export function toEnd({ validTo }: X509Certificate): Date {
  return new Date(validTo);
}

/** Whether its time is over. */
export function isExpired(certificate: X509Certificate): boolean {
  return toEnd(certificate).getTime() < Date.now();
}
