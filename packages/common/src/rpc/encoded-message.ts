import type { Codec, MessageInit } from '@streamworks/proto';

/** A message that was encoded once, to be written to many calls: `context.write` takes it in place of the message. */
export class EncodedMessage<Message> {
  /** What was encoded: for interceptors, which see messages. It must not be changed any more. */
  readonly message: MessageInit<Message>;
  readonly bytes: Buffer;

  /** Throws an EncodeError for a message that the codec cannot encode. */
  constructor(codec: Codec<Message>, message: MessageInit<Message>) {
    this.message = message;
    this.bytes = codec.encode(message);
  }
}
