import type { Codec, MessageInit } from '@streamworks/proto';

/** A message that was encoded once, for many calls, or that is kept as its bytes: `context.write` takes it in place of the message. */
export class EncodedMessage<Message> {
  readonly bytes: Buffer;
  readonly #codec: Codec<Message>;
  #message: MessageInit<Message> | undefined;

  /** Of a message, or of the bytes of one. Throws an EncodeError for a message that the codec cannot encode. */
  constructor(codec: Codec<Message>, from: MessageInit<Message> | Buffer) {
    this.#codec = codec;
    if (!Buffer.isBuffer(from)) this.#message = from;
    this.bytes = Buffer.isBuffer(from) ? from : codec.encode(from);
  }

  /** For interceptors, which see messages: it must not be changed any more. Bytes are decoded when it is asked for. */
  get message(): MessageInit<Message> {
    // A message is what one of its type may be made of: no compiler sees that of a type it does not know.
    return (this.#message ??= this.#codec.decode(this.bytes) as MessageInit<Message>);
  }
}
