import type { OutgoingHttpHeaders } from 'node:http2';
import { deflateSync, gzipSync } from 'node:zlib';
import type { StatusCode } from '../../src/index.js';
import type { Kind } from '../../test/support/four-kinds.js';
import { frame } from '../../test/support/raw-client.js';

/** A call that is wrong in some way, and the status that is right for it. */
export interface Case {
  readonly name: string;
  readonly parts: readonly Buffer[];
  readonly headers?: OutgoingHttpHeaders;
  readonly halfClose?: boolean;
  readonly code: StatusCode;
  /** What grpc-js answers where the call goes over its public API: it is more lenient. */
  readonly publicCode?: StatusCode;
  /** The kinds for which this is wrong. Default: all. */
  readonly kinds?: readonly Kind[];
}

const gzip = { 'grpc-encoding': 'gzip' };
const single: readonly Kind[] = ['unary', 'server'];
const bomb = frame(gzipSync(Buffer.alloc(100 * 1024 * 1024)), 1);

export const cases: readonly Case[] = [
  // Frames. A call over the public API does not see the flag.
  { name: 'END_STREAM in the middle of a message', parts: [frame('abc', 0, 10)], code: 'INTERNAL' },
  { name: 'END_STREAM in the middle of a header', parts: [Buffer.from([0, 0])], code: 'INTERNAL' },
  { name: 'half a header after a message', parts: [frame('a'), Buffer.from([0])], code: 'INTERNAL' },
  { name: 'flag 1 without an encoding', parts: [frame('a', 1)], code: 'INTERNAL', publicCode: 'OK' },
  { name: 'flag 2', parts: [frame('a', 2)], code: 'INTERNAL', publicCode: 'OK' },
  {
    name: 'flag 1 with the encoding identity',
    parts: [frame('a', 1)],
    headers: { 'grpc-encoding': 'identity' },
    code: 'INTERNAL',
    publicCode: 'OK',
  },
  {
    name: 'garbage',
    parts: [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    code: 'INTERNAL',
    publicCode: 'RESOURCE_EXHAUSTED',
  },
  { name: 'a message over the limit', parts: [frame(Buffer.alloc(5_000_000))], code: 'RESOURCE_EXHAUSTED' },
  { name: 'a length of 4 GiB', parts: [frame('', 0, 0xffff_ffff)], halfClose: false, code: 'RESOURCE_EXHAUSTED' },
  { name: 'bytes that cannot be decoded', parts: [frame(Buffer.from([0xff]))], code: 'INTERNAL' },
  // Compression: grpc-js decompresses.
  { name: 'gzip', parts: [frame(gzipSync('a'), 1)], headers: gzip, code: 'OK' },
  { name: 'gzip, and a message that is not compressed', parts: [frame('a')], headers: gzip, code: 'OK' },
  { name: 'deflate', parts: [frame(deflateSync('a'), 1)], headers: { 'grpc-encoding': 'deflate' }, code: 'OK' },
  { name: 'gzip that is none', parts: [frame('not gzip', 1)], headers: gzip, code: 'INTERNAL' },
  { name: 'gzip without its end', parts: [frame(gzipSync('abc').subarray(0, 15), 1)], headers: gzip, code: 'INTERNAL' },
  { name: 'END_STREAM in the middle of gzip', parts: [frame(gzipSync('a'), 1, 99)], headers: gzip, code: 'INTERNAL' },
  { name: 'a decompression bomb', parts: [bomb], headers: gzip, code: 'RESOURCE_EXHAUSTED' },
  {
    name: 'an encoding that is not known',
    parts: [frame('a', 1)],
    headers: { 'grpc-encoding': 'snappy' },
    code: 'UNIMPLEMENTED',
  },
  // Numbers of requests.
  { name: 'no request', parts: [], code: 'UNIMPLEMENTED', kinds: single },
  { name: 'two requests', parts: [frame('a'), frame('b')], code: 'UNIMPLEMENTED', kinds: single },
  {
    name: 'two requests and no half-close',
    parts: [frame('a'), frame('b')],
    halfClose: false,
    code: 'UNIMPLEMENTED',
    kinds: single,
  },
  // Timeouts.
  ...['abc', '', '5', '5s', 'm'].map((timeout): Case => ({
    name: `the timeout ${JSON.stringify(timeout)}`,
    parts: [frame('a')],
    headers: { 'grpc-timeout': timeout },
    code: 'INTERNAL',
  })),
  // Headers that are odd, and harmless.
  { name: 'a request id with a space', parts: [frame('a')], headers: { 'x-request-id': 'a b' }, code: 'OK' },
  { name: 'base64 that is none', parts: [frame('a')], headers: { 'x-bytes-bin': '!!!' }, code: 'OK' },
  { name: 'a header that is no ASCII', parts: [frame('a')], headers: { 'x-text': 'ü' }, code: 'OK' },
  { name: '60 kB of metadata', parts: [frame('a')], headers: { 'x-text': 'a'.repeat(60_000) }, code: 'OK' },
];
