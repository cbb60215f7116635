import type { Logger } from '../../logging/create-logger.js';

/** A client that trusts nobody who has signed the certificate says nothing in TLS 1.3: it hangs up. */
export const LEFT = 'the client left in the handshake: most likely it does not trust this certificate';

const byCode: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST/, 'the client speaks plaintext'],
  [/PEER_DID_NOT_RETURN_A_CERTIFICATE/, 'the client has no certificate'],
  [/^CERT_HAS_EXPIRED$/, "the client's certificate has expired"],
  [/^CERT_NOT_YET_VALID$/, "the client's certificate is not valid yet"],
  [/^INVALID_PURPOSE$/, "the client's certificate is not one for clients"],
  [
    /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_FAILURE)/,
    "the client's certificate is signed by an unknown CA",
  ],
  [/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|ALERT_PROTOCOL_VERSION/, 'the client speaks no TLS from 1.2 on'],
  [/NO_SHARED_CIPHER/, 'the client has no cipher in common with this server'],
  [/NO_APPLICATION_PROTOCOL/, 'the client does not speak HTTP/2'],
  [/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/, 'the client does not trust this certificate'],
  [/HANDSHAKE_TIMEOUT/, 'the client did not finish the handshake in time'],
];

/** Why a handshake has failed, for a person; from a code of OpenSSL or of Node. */
export function toReason(code: string): string {
  return byCode.find(([pattern]) => pattern.test(code))?.[1] ?? `the handshake failed: ${code}`;
}

/** Tells the log of a connection that was refused. */
export type RefusalLog = (peer: string, reason: string) => void;

const WINDOW_MS = 10_000;

/** So many different lines are kept apart at once; the addresses of further ones are not. */
const MOST = 256;

/**
 * Logs the first refusal of an address for a reason at once; further ones are counted, and the count is logged every ten
 * seconds while they go on: a client that tries again and again does not flood the log.
 */
export function createRefusalLog(log: Logger): RefusalLog {
  const counts = new Map<string, number>();
  const countFor = (key: string, fields: object): void => {
    setTimeout(() => {
      const more = counts.get(key);
      counts.delete(key);
      if (more === undefined || more === 0) return;
      log.warn({ ...fields, more }, 'more connections refused');
      counts.set(key, 0);
      countFor(key, fields);
    }, WINDOW_MS).unref();
  };
  return (peer, reason) => {
    const address = counts.size < MOST ? peer.slice(0, peer.lastIndexOf(':')) : 'many';
    const key = `${address} ${reason}`;
    const count = counts.get(key);
    counts.set(key, (count ?? -1) + 1);
    if (count !== undefined) return;
    log.warn({ peer, reason }, 'connection refused');
    countFor(key, { address, reason });
  };
}
