import type { Long } from '@grpc/proto-loader';

/** A message as it is decoded: the loader's generated type with every 64-bit integer as `bigint`. */
export type Exact<T> = T extends Long
  ? bigint
  : T extends Uint8Array
    ? T
    : T extends readonly (infer Item)[]
      ? Exact<Item>[]
      : T extends object
        ? { [Name in keyof T]: Exact<T[Name]> }
        : T;

/**
 * What may be given to be encoded as a message: any of its fields, absent ones take protobuf's default. A decoded
 * message is one, too.
 */
export type MessageInit<T> = T extends Uint8Array
  ? Uint8Array
  : T extends readonly (infer Item)[]
    ? readonly MessageInit<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]?: MessageInit<T[Name]> | undefined }
      : T;

/**
 * Turns messages of one type into bytes and back. 64-bit fields are `bigint`, exact in their whole range.
 *
 * `encode` throws an {@link EncodeError} when a value does not fit its field: nothing is rounded, wrapped or dropped.
 * `decode` throws a {@link DecodeError} when the bytes are no whole message of the type.
 */
export interface Codec<Message> {
  encode(message: MessageInit<Message>): Buffer;
  decode(bytes: Uint8Array): Message;
}

/** One method of a service. Its kind is the two booleans: which sides send a stream. */
export interface Method<
  Request = unknown,
  Response = unknown,
  RequestStream extends boolean = boolean,
  ResponseStream extends boolean = boolean,
> {
  /** The name in the .proto: `Pow`. */
  readonly name: string;
  /** The path on the wire: `/stream.ServerStream/Pow`. */
  readonly path: string;
  readonly requestStream: RequestStream;
  readonly responseStream: ResponseStream;
  /** Whether the .proto says that a repeated call does no harm (`idempotency_level`). */
  readonly idempotent: boolean;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

/** A method with one request and one response. */
export type Unary<Request, Response> = Method<Request, Response, false, false>;
/** A method with one request and a stream of responses. */
export type ServerStreaming<Request, Response> = Method<Request, Response, false, true>;
/** A method with a stream of requests and one response. */
export type ClientStreaming<Request, Response> = Method<Request, Response, true, false>;
/** A method with a stream of requests and a stream of responses. */
export type BidiStreaming<Request, Response> = Method<Request, Response, true, true>;

/** Methods by the name that handlers and clients use: the .proto's with its first letter in lower case. */
export type Methods = Record<string, Method<any, any>>; // any: Codec is invariant, so no other type holds every method

/** A service as the .proto defines it: what handlers implement and clients call. */
export interface Contract<M extends Methods = Methods> {
  /** The full name: `stream.ServerStream`. */
  readonly name: string;
  /** The .proto file that defines it, relative to the proto folder. */
  readonly file: string;
  readonly methods: M;
}
