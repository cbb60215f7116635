import type { ChannelInterface, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { constants, type ClientHttp2Stream, type ServerHttp2Stream } from 'node:http2';
import { isEncoding, type Encoding } from './compressed-message.js';

/**
 * The one place that reads fields of grpc-js which TypeScript calls private: the HTTP/2 streams under its calls. Each
 * function checks what it reads and gives undefined where it is not as in the version that this is written for (a test
 * pins it); the layer then stays on the public API, which is slower and, for two endings, less exact: see
 * docs/decisions/2026-11-21-straight-to-http2.md.
 */

/** A call on the client, as a channel makes it. */
export type GrpcClientCall = ReturnType<ChannelInterface['createCall']>;

/** What lies under a server call. */
export interface ServerInternals {
  readonly stream: ServerHttp2Stream;
  /** How the requests are compressed; undefined where they are not. */
  readonly encoding: Encoding | undefined;
  /** Gives the chunks of the request to a reader of ours, in place of grpc-js's. */
  takeOverReads(reader: ChunkReader): void;
}

/** Is given the chunks of a stream. */
export interface ChunkReader {
  onChunk(chunk: Buffer): void;
}

/** BaseServerInterceptingCall of grpc-js 1.14. */
interface BaseServerCall {
  stream: ServerHttp2Stream;
  handleDataFrame: (chunk: Buffer) => void;
  incomingEncoding: string;
  decoder: { readState: number } | ChunkReader;
}

/** Whether grpc-js's own reader stands between two messages; true where it does not tell. */
export function isBetweenMessages(call: ServerInterceptingCallInterface): boolean {
  const { decoder } = call as Partial<BaseServerCall>;
  return decoder === undefined || !('readState' in decoder) || decoder.readState === 0;
}

/** Undefined also for a call whose requests come in an encoding that is not known: grpc-js refuses it. */
export function readServerInternals(call: ServerInterceptingCallInterface): ServerInternals | undefined {
  const base = call as Partial<BaseServerCall>;
  if (!isStream(base.stream) || typeof base.handleDataFrame !== 'function') return undefined;
  const { incomingEncoding: encoding } = base;
  if (encoding !== 'identity' && !isEncoding(encoding)) return undefined;
  return {
    stream: base.stream,
    encoding: encoding === 'identity' ? undefined : encoding,
    takeOverReads(reader) {
      // In the place of grpc-js's decoder, whose buffers are much of what an idle call costs; and one function for all calls.
      base.decoder = reader;
      base.handleDataFrame = giveToReader;
    },
  };
}

function giveToReader(this: Partial<BaseServerCall>, chunk: Buffer): void {
  (this.decoder as ChunkReader).onChunk(chunk); // takeOverReads has put it there
}

/** ResolvingCall, RetryingCall, LoadBalancingCall and Http2SubchannelCall of grpc-js 1.14. */
interface ResolvingCall {
  child: RetryingCall | null;
  filterStack: { filters: { receiveCompression?: object }[] };
}

interface RetryingCall {
  committedCallIndex: number | null;
  underlyingCalls: { state: string; call: { child: SubchannelCall | null }; nextMessageToSend: number }[];
  writeBuffer: unknown[];
  writeBufferOffset: number;
  handleChildWriteCompleted: (...args: unknown[]) => void;
  commitCall: (index: number) => void;
}

interface SubchannelCall {
  http2Stream: ClientHttp2Stream;
  decoder: { readState: number };
  unpushedReadMessages: unknown[];
  isPushPending: boolean;
}

/**
 * Takes over the sending of a call once everything that was sent through grpc-js has gone out; calls back with the stream
 * then. From there on the call is not tried again by itself: nobody holds its messages any more. Gives false where that
 * cannot be done.
 */
export function takeOverWrites(call: GrpcClientCall, onStream: (stream: ClientHttp2Stream) => void): boolean {
  const retrying = readRetryingCall(call);
  if (retrying === undefined) return false;
  const original = retrying.handleChildWriteCompleted;
  const attempt = (): void => {
    const index = retrying.underlyingCalls.findIndex(({ state }) => state === 'ACTIVE');
    const active = retrying.underlyingCalls[index];
    const stream = active?.call.child?.http2Stream;
    if (active === undefined || !isStream(stream)) return;
    if (active.nextMessageToSend !== retrying.writeBufferOffset + retrying.writeBuffer.length) return;
    retrying.handleChildWriteCompleted = original;
    retrying.commitCall(index);
    cancelWithoutEnd(stream);
    onStream(stream);
  };
  retrying.handleChildWriteCompleted = (...args) => {
    original.apply(retrying, args);
    attempt();
  };
  // A write that completes while this is being called is noticed here.
  process.nextTick(() => {
    if (retrying.handleChildWriteCompleted !== original) attempt();
  });
  return true;
}

/**
 * Gives the chunks of the responses to a reader of ours, in place of grpc-js's, from the first byte on: to be called when
 * the header has come. The reader is made for the encoding of the responses. Undefined where that cannot be done.
 */
export function takeOverReads(
  call: GrpcClientCall,
  createReader: (encoding: Encoding | undefined) => (chunk: Buffer) => void,
): ClientHttp2Stream | undefined {
  const subchannelCall = readSubchannelCall(call);
  const encoding = readEncoding(call);
  if (subchannelCall === undefined || encoding === undefined) return undefined;
  const { http2Stream: stream, decoder, unpushedReadMessages, isPushPending } = subchannelCall;
  if (decoder.readState !== 0 || unpushedReadMessages.length > 0 || isPushPending) return undefined;
  stream.removeAllListeners('data');
  stream.on('data', createReader(encoding === 'identity' ? undefined : encoding));
  return stream;
}

/**
 * Makes a later cancel of the call send RST_STREAM alone. Node sends END_STREAM before it, and for a moment no server in
 * the world could tell that cancel from an end.
 */
export function prepareCancel(call: GrpcClientCall): void {
  const stream = readSubchannelCall(call)?.http2Stream;
  if (stream !== undefined) cancelWithoutEnd(stream);
}

function cancelWithoutEnd(stream: ClientHttp2Stream): void {
  const original = stream._final;
  if (typeof original !== 'function' || Object.hasOwn(stream, '_final')) return;
  stream._final = (callback) => {
    if (stream.rstCode === constants.NGHTTP2_CANCEL) callback();
    else original.call(stream, callback);
  };
}

/** The handlers that grpc-js has for the encodings of responses, by the names of their classes. */
const encodings: Readonly<Record<string, Encoding | 'identity'>> = {
  IdentityHandler: 'identity',
  GzipHandler: 'gzip',
  DeflateHandler: 'deflate',
};

/** By the time the header has come, grpc-js has chosen how the responses are decompressed. */
function readEncoding(call: GrpcClientCall): Encoding | 'identity' | undefined {
  const { filterStack }: Partial<ResolvingCall> = call as unknown as Partial<ResolvingCall>;
  const filter = filterStack?.filters.find(({ receiveCompression }) => receiveCompression !== undefined);
  return encodings[filter?.receiveCompression?.constructor.name ?? ''];
}

function readRetryingCall(call: GrpcClientCall): RetryingCall | undefined {
  const retrying: Partial<RetryingCall> | null | undefined = (call as unknown as Partial<ResolvingCall>).child;
  if (!Array.isArray(retrying?.underlyingCalls) || !Array.isArray(retrying.writeBuffer)) return undefined;
  if (typeof retrying.writeBufferOffset !== 'number' || typeof retrying.commitCall !== 'function') return undefined;
  if (typeof retrying.handleChildWriteCompleted !== 'function') return undefined;
  return retrying as RetryingCall;
}

function readSubchannelCall(call: GrpcClientCall): SubchannelCall | undefined {
  const child: Partial<SubchannelCall> | null | undefined = readRetryingCall(call)?.underlyingCalls.find(
    ({ state }) => state === 'ACTIVE',
  )?.call.child;
  if (!isStream(child?.http2Stream) || typeof child.decoder?.readState !== 'number') return undefined;
  if (!Array.isArray(child.unpushedReadMessages) || typeof child.isPushPending !== 'boolean') return undefined;
  return child as SubchannelCall;
}

function isStream<Stream extends ServerHttp2Stream | ClientHttp2Stream>(
  stream: Stream | undefined,
): stream is NonNullable<Stream> {
  return typeof stream?.write === 'function' && typeof stream.pause === 'function' && 'rstCode' in stream;
}
