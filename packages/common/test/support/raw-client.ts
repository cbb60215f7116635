import { connect, constants, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { toStatusCode, type StatusCode } from '../../src/errors/status-error.js';

/** A client that knows HTTP/2 and nothing of gRPC: it sends what it is told. */
export interface RawClient extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  /** Sends the parts as DATA and waits for the end of the call. */
  call(path: string, parts: readonly Buffer[], options?: RawOptions): Promise<RawEnd>;
}

export interface RawOptions {
  /** Beside those that gRPC wants, or in their place; undefined leaves one out. */
  readonly headers?: OutgoingHttpHeaders;
  /** Whether END_STREAM follows the last part. Default: true. */
  readonly halfClose?: boolean;
  /** Resets the stream with this code, a turn after the last part. Default: it is left to end. */
  readonly reset?: number;
}

/** What came back. */
export interface RawEnd {
  readonly httpStatus: number | undefined;
  /** The status; undefined where the server gave none. */
  readonly code: StatusCode | undefined;
  readonly message: string;
  readonly data: Buffer;
  readonly acceptEncoding: string | undefined;
  /** The code of the RST_STREAM that ended the stream; 0 where none did. */
  readonly resetCode: number;
}

export function connectRaw(target: string): RawClient {
  const session = connect(`http://${target}`);
  session.on('error', () => undefined); // each call tells how it ended
  return {
    session,
    call: (path, parts, options = {}) => callRaw(session, path, parts, options),
    [Symbol.asyncDispose]: async () => session.destroy(),
  };
}

function callRaw(
  session: ClientHttp2Session,
  path: string,
  parts: readonly Buffer[],
  { headers = {}, halfClose = true, reset }: RawOptions,
): Promise<RawEnd> {
  const stream = session.request(toHeaders(path, headers), { endStream: halfClose && parts.length === 0 });
  const received: Record<string, unknown> = {};
  const chunks: Buffer[] = [];
  stream.on('response', (response) => Object.assign(received, response));
  stream.on('trailers', (trailers) => Object.assign(received, trailers));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => undefined); // the reset code says the same
  for (const part of parts) stream.write(part);
  if (halfClose) stream.end();
  if (reset !== undefined) setImmediate(() => stream.close(reset));
  // A client that never half-closes has its stream open for ever: the status is the end for this one.
  if (!halfClose) stream.on('end', () => stream.close(constants.NGHTTP2_NO_ERROR));
  return new Promise((resolve) => {
    stream.on('close', () => {
      const status = received['grpc-status'];
      resolve({
        httpStatus: received[':status'] as number | undefined,
        code: status === undefined ? undefined : toStatusCode(Number(status)),
        message: decodeURIComponent(String(received['grpc-message'] ?? '')),
        data: Buffer.concat(chunks),
        acceptEncoding: received['grpc-accept-encoding'] as string | undefined,
        resetCode: stream.rstCode,
      });
    });
  });
}

function toHeaders(path: string, headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const all = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** A message as it is on the wire, with the flag and the length that it is given, right or wrong. */
export function frame(message: Buffer | string, flag = 0, length?: number): Buffer {
  const bytes = Buffer.from(message);
  const header = Buffer.alloc(5);
  header.writeUInt8(flag, 0);
  header.writeUInt32BE(length ?? bytes.length, 1);
  return Buffer.concat([header, bytes]);
}
