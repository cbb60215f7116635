import type { Codec, MessageInit } from '@streamworks/proto';
import {
  BadRequestCodec,
  DebugInfoCodec,
  ErrorInfoCodec,
  HelpCodec,
  LocalizedMessageCodec,
  PreconditionFailureCodec,
  QuotaFailureCodec,
  RequestInfoCodec,
  ResourceInfoCodec,
  RetryInfoCodec,
} from '@streamworks/proto/google/rpc/error_details';
import { StatusCodec } from '@streamworks/proto/google/rpc/status';

const codecs = {
  'google.rpc.BadRequest': BadRequestCodec,
  'google.rpc.DebugInfo': DebugInfoCodec,
  'google.rpc.ErrorInfo': ErrorInfoCodec,
  'google.rpc.Help': HelpCodec,
  'google.rpc.LocalizedMessage': LocalizedMessageCodec,
  'google.rpc.PreconditionFailure': PreconditionFailureCodec,
  'google.rpc.QuotaFailure': QuotaFailureCodec,
  'google.rpc.RequestInfo': RequestInfoCodec,
  'google.rpc.ResourceInfo': ResourceInfoCodec,
  'google.rpc.RetryInfo': RetryInfoCodec,
};

type DetailType = keyof typeof codecs;
type DetailMessage<Type extends DetailType> = (typeof codecs)[Type] extends Codec<infer Message> ? Message : never;

/** A detail to send with an error: one of the messages of google/rpc/error_details.proto. */
export type ErrorDetail = {
  [Type in DetailType]: { readonly type: Type; readonly value: MessageInit<DetailMessage<Type>> };
}[DetailType];

/** A detail that came with an error. One of a type that is not known here keeps its bytes. */
export type ReceivedDetail =
  | { [Type in DetailType]: { readonly type: Type; readonly value: DetailMessage<Type> } }[DetailType]
  | { readonly type: string & {}; readonly value: Buffer };

const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** The most bytes of details that are sent: they travel in a header, and peers limit the size of those. */
const MAX_DETAILS_BYTES = 4096;

/**
 * The value of the trailer `grpc-status-details-bin`: a `google.rpc.Status`. Details are dropped from the end until
 * it is at most 4 KiB long; undefined where none is left.
 */
export function encodeDetails(code: number, message: string, details: readonly ErrorDetail[]): Buffer | undefined {
  const packed = details.map(({ type, value }) => ({
    type_url: TYPE_URL_PREFIX + type,
    // The codec and the value belong to one type: ErrorDetail is a union over both.
    value: (codecs[type] as Codec<any>).encode(value),
  }));
  for (; packed.length > 0; packed.pop()) {
    const bytes = StatusCodec.encode({ code, message, details: packed });
    if (bytes.length <= MAX_DETAILS_BYTES) return bytes;
  }
  return undefined;
}

/** The details in a `grpc-status-details-bin` trailer; none where it cannot be read. */
export function decodeDetails(bytes: Buffer): ReceivedDetail[] {
  try {
    return StatusCodec.decode(bytes).details.map(({ type_url, value }) => {
      const type = type_url.slice(type_url.lastIndexOf('/') + 1);
      const codec: Codec<any> | undefined = Object.hasOwn(codecs, type) ? codecs[type as DetailType] : undefined;
      return { type, value: codec === undefined ? value : codec.decode(value) };
    });
  } catch {
    // The status itself has arrived; details that are malformed must not hide it.
    return [];
  }
}
