import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { createTooLong, FrameReader, type FrameReceiver } from './frame-reader.js';
import { FrameWriter, type FrameSender } from './frame-writer.js';
import { isBetweenMessages, readServerInternals, type ChunkReader, type ServerInternals } from './grpc-js-internals.js';
import type { MessageSource } from './incoming.js';
import { MessagePuller } from './message-puller.js';

/** How the messages of a server call come and go. Header, status and cancel go through grpc-js in any case. */
export interface ServerTransport extends MessageSource {
  /** To be called with each message that grpc-js delivers. */
  onMessage(message: Buffer): void;
  /** Sends one message; the header has been sent. */
  send(message: Buffer): void;
  /** As `send`, for a message that others are likely to follow in this turn of the event loop. */
  sendSoon(message: Buffer): void;
  /** Hands over what has been sent: to be called before the status. */
  flush(): void;
  /** The call is over: what still comes is read and dropped, so that the stream of a client that is sending can end. */
  discard(): void;
  /** Whether the requests may end here: false in the middle of a message. */
  readonly isWhole: boolean;
}

/** Who is told what the transport does. */
export interface TransportUser extends FrameReceiver, FrameSender {
  /** The client has sent what is no gRPC message. */
  onBadFrame(error: unknown): void;
}

export interface ServerTransportOptions {
  readonly call: ServerInterceptingCallInterface;
  /** Whether to go straight to HTTP/2 where that can be done. */
  readonly directHttp2: boolean;
  /** The most bytes of a request. */
  readonly maxMessageBytes: number;
}

/** The fast way for this call, or the one over grpc-js's public API. */
export function createServerTransport(options: ServerTransportOptions, user: TransportUser): ServerTransport {
  const internals = options.directHttp2 ? readServerInternals(options.call) : undefined;
  if (internals === undefined) return new PublicTransport(options, user);
  return new DirectTransport(internals, options, user);
}

class PublicTransport extends MessagePuller implements ServerTransport {
  readonly #call: ServerInterceptingCallInterface;
  readonly #user: TransportUser;
  readonly #maxMessageBytes: number;

  constructor({ call, maxMessageBytes }: ServerTransportOptions, user: TransportUser) {
    super(call);
    this.#call = call;
    this.#user = user;
    this.#maxMessageBytes = maxMessageBytes;
  }

  get isWhole(): boolean {
    return isBetweenMessages(this.#call);
  }

  onMessage(message: Buffer): void {
    // grpc-js has it whole by now; nothing has decoded it. The server's own limit it checks by the length, as we do.
    if (message.length > this.#maxMessageBytes)
      return this.#user.onBadFrame(createTooLong(message.length, this.#maxMessageBytes));
    this.#user.onFrame(message);
    this.onTaken();
  }

  send(message: Buffer): void {
    this.#call.sendMessage(message, () => this.#user.onSent(1, message.length));
  }

  sendSoon(message: Buffer): void {
    this.send(message);
  }

  flush(): void {
    // grpc-js has every message already.
  }

  discard(): void {
    // grpc-js does so once it has sent the status.
  }
}

class DirectTransport implements ServerTransport, ChunkReader {
  readonly #stream: ServerInternals['stream'];
  readonly #call: ServerInterceptingCallInterface;
  readonly #user: TransportUser;
  readonly #reader: FrameReader;
  #writer: FrameWriter | undefined;
  #isStarted = false;
  #isDiscarding = false;

  constructor(
    { stream, encoding, takeOverReads }: ServerInternals,
    { call, maxMessageBytes }: ServerTransportOptions,
    user: TransportUser,
  ) {
    this.#stream = stream;
    this.#call = call;
    this.#user = user;
    this.#reader = new FrameReader(maxMessageBytes, user, encoding);
    takeOverReads(this);
  }

  onChunk(chunk: Buffer): void {
    if (this.#isDiscarding) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#user.onBadFrame(error);
    }
  }

  get isWhole(): boolean {
    return this.#reader.isWhole;
  }

  resume(): void {
    // The first read makes grpc-js wait for the half-close, which it delivers when the stream has been read.
    if (this.#isStarted) this.#stream.resume();
    else this.#call.startRead();
    this.#isStarted = true;
  }

  pause(): void {
    this.#stream.pause();
  }

  onMessage(message: Buffer): void {
    this.#user.onFrame(message);
  }

  send(message: Buffer): void {
    this.#writer ??= new FrameWriter(this.#stream, this.#user);
    this.#writer.write(message);
  }

  sendSoon(message: Buffer): void {
    this.#writer ??= new FrameWriter(this.#stream, this.#user);
    this.#writer.writeSoon(message);
  }

  flush(): void {
    this.#writer?.flush();
  }

  discard(): void {
    this.#isDiscarding = true;
    this.#stream.resume();
  }
}
