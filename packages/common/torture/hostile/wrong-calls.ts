import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import fc, { type Arbitrary } from 'fast-check';
import { FourKinds, kinds } from '../../test/support/four-kinds.js';
import { frame, type RawOptions } from '../../test/support/raw-client.js';
import { cases } from './cases.js';
import { requestBytes } from './request-bytes.js';

/** A call that is wrong in some way, or odd and right. */
export interface WrongCall {
  readonly path: string;
  readonly bytes: Buffer;
  readonly options: RawOptions;
  /** What may come of it: statuses of gRPC, or one of HTTP. */
  readonly right: readonly string[];
}

const UNARY = FourKinds.methods.unary.path;

/** How grpc-js reads a timeout; any other is refused. */
const TIMEOUT = /\d{1,8}\s*[HMSmun]/;

const { path: FEATURE, request: pointCodec } = RouteGuide.methods.getFeature;

const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => text.trim());
const token = fc.stringMatching(/^[a-z0-9._-]{1,20}$/);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

export function wrongCalls(directHttp2: boolean): Arbitrary<WrongCall> {
  return fc.oneof(
    knownCases(directHttp2),
    requestBytes(directHttp2).map(({ bytes, code }) => call(FourKinds.methods.bidi.path, bytes, {}, code)),
    protobuf(),
    printable.map((timeout) =>
      withHeader('grpc-timeout', timeout, ...(TIMEOUT.test(timeout) ? ['OK', 'DEADLINE_EXCEEDED'] : ['INTERNAL'])),
    ),
    printable.map((type) => withHeader('content-type', type, type.startsWith('application/grpc') ? 'OK' : 'HTTP 415')),
    fc
      .tuple(token, fc.boolean())
      .filter(([encoding]) => !['identity', 'gzip', 'deflate'].includes(encoding))
      .map(([encoding, isFlagged]) =>
        call(UNARY, frame('a', isFlagged ? 1 : 0), { 'grpc-encoding': encoding }, isFlagged ? 'UNIMPLEMENTED' : 'OK'),
      ),
    token.map((method) => call(`/test.FourKinds/${method}`, frame('a'), {}, 'UNIMPLEMENTED')),
    fc
      .dictionary(
        fc.tuple(token, fc.boolean()).map(([name, isBinary]) => `x-${name}${isBinary ? '-bin' : ''}`),
        printable,
        { maxKeys: 20 },
      )
      .map((headers) => call(UNARY, frame('a'), headers, 'OK')),
  );
}

function call(path: string, bytes: Buffer, headers: Record<string, string>, ...right: string[]): WrongCall {
  return { path, bytes, options: { headers }, right };
}

function withHeader(name: string, value: string, ...right: string[]): WrongCall {
  return call(UNARY, frame('a'), { [name]: value }, ...right);
}

function knownCases(directHttp2: boolean): Arbitrary<WrongCall> {
  const calls = cases.flatMap(({ parts, headers, halfClose, code, publicCode = code, kinds: some = kinds }) =>
    some.map((kind) => ({
      path: FourKinds.methods[kind].path,
      bytes: Buffer.concat(parts),
      options: { ...(headers && { headers }), ...(halfClose === false && { halfClose }) },
      right: [directHttp2 ? code : publicCode],
    })),
  );
  return fc.constantFrom(...calls);
}

/** Protobuf that is cut off, or has other bytes: our codec says whether it still is a message. */
function protobuf(): Arbitrary<WrongCall> {
  const cutOff = fc
    .tuple(int32, int32, fc.nat(22))
    .map(([latitude, longitude, length]) => pointCodec.encode({ latitude, longitude }).subarray(0, length));
  const other = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof(cutOff, other).map((bytes) => call(FEATURE, frame(bytes), {}, isMessage(bytes) ? 'OK' : 'INTERNAL'));
}

function isMessage(bytes: Buffer): boolean {
  try {
    pointCodec.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
