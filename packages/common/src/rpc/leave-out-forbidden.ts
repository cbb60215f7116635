import type { Metadata } from '@grpc/grpc-js';

/** What HTTP/2 forbids (RFC 9113, 8.2.2), and what gRPC itself says in a header or trailer: PROTOCOL-HTTP2.md, "Responses". */
const forbidden = toSet(
  'connection http2-settings keep-alive proxy-connection te transfer-encoding upgrade',
  'content-length content-type grpc-accept-encoding grpc-encoding grpc-message grpc-status',
);

/** Node throws for two values of these: `kSingleValueFields` of lib/internal/http2/util.js, but for those above. */
const single = toSet(
  'access-control-allow-credentials access-control-max-age access-control-request-method age authorization',
  'content-encoding content-language content-location content-md5 content-range date dnt etag expires from host',
  'if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards',
  'proxy-authorization range referer retry-after tk upgrade-insecure-requests user-agent x-content-type-options',
);

/**
 * Takes out of a response's metadata what HTTP/2 would refuse: for that Node throws where nobody can catch it, in the middle of
 * the end of a call, and it would cost everybody else their server. Gives the keys; of those with one value the first stays.
 */
export function leaveOutForbidden(metadata: Metadata): string[] {
  const keys = Object.keys(metadata.getMap());
  const bad = keys.filter((key) => forbidden.has(key) || (single.has(key) && metadata.get(key).length > 1));
  for (const key of bad) {
    const [first] = metadata.get(key);
    if (first === undefined || forbidden.has(key)) metadata.remove(key);
    else metadata.set(key, first);
  }
  return bad;
}

function toSet(...lines: string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}
