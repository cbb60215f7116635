import { isExpired, readChain, toEnd } from './certificates.js';
import type { ClientTls } from './channel-security.js';

/** The connection that a call wanted. */
export interface Connection {
  readonly target: string;
  readonly tls: ClientTls | undefined;
}

/** grpc-js's words around the cause; of a server, whatever it says, they come with the headers of its response. */
const LOCAL =
  /^No connection established\. Last error: (?:Error(?: \[\w+\])?: )?(.*)\. Resolution note: |^(Name resolution failed .*)/s;

type Explanation = readonly [
  cause: RegExp,
  explain: (connection: Connection, match: RegExpExecArray) => string,
  when?: (connection: Connection) => boolean,
];

const explanations: readonly Explanation[] = [
  [/ECONNREFUSED/, ({ target }) => `nothing listens on ${target}`],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/, ({ target }) => `the host of ${target} is not known`],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, ({ target }) => `there is no way to ${target} through the network`],
  // A signature failure: a CA that has the name of a known one and another key: a development CA that was made anew.
  [
    /self-signed certificate|certificate signature failure|unable to (verify the first|get (local )?issuer) certificate/,
    explainUnknownCa,
  ],
  [/certificate has expired/, ({ target }) => `the certificate of ${target} has expired: its server needs a new one`],
  [
    /certificate is not yet valid/,
    ({ target }) => `the certificate of ${target} is not valid yet: is the clock right?`,
  ],
  [
    /(?:Host: (.*)\. is not in the cert's altnames|IP: (.*) is not in the cert's list): (.*)/,
    ({ target }, [, host, address, names]) =>
      `the certificate of ${target} is for ${names || 'no name'}, and not for ${host ?? address}: ` +
      'say which name it has (tls.serverName, --server-name)',
  ],
  [
    /wrong version number/,
    ({ target }) => `${target} speaks plaintext: leave TLS out (tls, --tls), or turn it on there`,
  ],
  [/alert number 116\b/, explainMissing],
  [/alert number 40\b/, explainMissing, ({ tls }) => tls?.cert === undefined],
  [/alert number (42|43|44|45|46|48|49)\b/, explainRefused],
  [/alert number 70\b|unsupported protocol/, ({ target }) => `${target} speaks no TLS from 1.2 on`],
  [/alert number 120\b/, ({ target }) => `${target} does not speak HTTP/2`],
  [/^Failed to connect|ECONNRESET|EPIPE|disconnected before|hang up|Protocol error/, explainClosed],
];

/** What to do about a call that found no connection, with grpc-js's words for it behind; other messages stay. */
export function explainUnavailable(message: string, connection: Connection): string {
  const [, lastError, other] = LOCAL.exec(message) ?? [];
  const cause = (lastError ?? other)?.replaceAll(/\s+/g, ' ').trim();
  if (cause === undefined) return message;
  for (const [pattern, explain, when] of explanations) {
    const match = pattern.exec(cause);
    if (match !== null && when?.(connection) !== false) return `${explain(connection, match)} [${cause}]`;
  }
  return `there is no connection to ${connection.target} [${cause}]`;
}

function explainUnknownCa({ target, tls }: Connection): string {
  const known = tls?.ca === undefined ? 'known here' : 'among those given';
  return `the certificate of ${target} is signed by a CA that is not ${known}: give that CA (tls.ca, --ca)`;
}

function explainMissing({ target }: Connection): string {
  return `${target} wants a certificate of the client: give one with its key (tls.cert and tls.key, --cert and --key)`;
}

function explainRefused({ target, tls }: Connection): string {
  const [certificate] = tls?.cert === undefined ? [] : readChain(tls.cert, 'tls.cert');
  if (certificate === undefined || !isExpired(certificate)) {
    return `${target} does not accept the client's certificate (tls.cert, --cert): it must come from a CA known there`;
  }
  return `the client's certificate (tls.cert, --cert) has expired on ${toEnd(certificate).toISOString()}`;
}

/** A server that refuses says so in an alert, or, as Node's does for a certificate, just closes the connection. */
function explainClosed(connection: Connection): string {
  const { target, tls } = connection;
  if (tls === undefined) return `${target} closes the connection without HTTP/2: does it want TLS (tls, --tls)?`;
  if (tls.cert !== undefined) return explainRefused(connection);
  return `${target} closes the connection in the TLS handshake: does it want a certificate of the client (tls.cert, --cert)?`;
}
