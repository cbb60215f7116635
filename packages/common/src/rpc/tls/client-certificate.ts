import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { toEnd, toSubject } from './certificates.js';

/** The certificate that a client has shown and the server has verified. */
export interface ClientCertificate {
  /** As RFC 2253 writes it, the most special part first: `CN=ann,O=Streamworks`. */
  readonly subject: string;
  /** The CN of the subject; of several, the most special one. */
  readonly commonName: string | undefined;
  /** Each with its type: `DNS:ann.example`, `IP Address:10.0.0.1`, `URI:spiffe://example/ann`. */
  readonly subjectAltNames: readonly string[];
  /** SHA-256 over the certificate: `6E:1E:04:…`. */
  readonly fingerprint256: string;
  readonly validTo: Date;
}

/** Undefined where the other side has shown none. */
export function toClientCertificate(peer: PeerCertificate | undefined): ClientCertificate | undefined {
  if (peer === undefined) return undefined;
  const certificate = new X509Certificate(peer.raw);
  const names = [peer.subject.CN ?? []].flat();
  return {
    subject: toSubject(certificate),
    commonName: names.at(-1),
    subjectAltNames: splitNames(certificate.subjectAltName ?? ''),
    fingerprint256: certificate.fingerprint256,
    validTo: toEnd(certificate),
  };
}

/** Node quotes a name as JSON where it has a comma or the like in it: `DNS:a, URI:"spiffe://b\u002c c"`. */
function splitNames(text: string): string[] {
  const names = text.matchAll(/([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g);
  return [...names].map(([, type = '', value = '']) => {
    return `${type}:${value.startsWith('"') ? String(JSON.parse(value)) : value}`;
  });
}
