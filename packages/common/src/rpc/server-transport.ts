import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { FrameReader, FrameWriter } from './frames.js';
import { readServerInternals, type ServerInternals } from './grpc-js-internals.js';
import type { MessageSource } from './incoming.js';
import { createMessagePuller } from './message-puller.js';

/** How the messages of a server call come and go. Header, status and cancel go through grpc-js in any case. */
export interface ServerTransport extends MessageSource {
  /** To be called with each message that grpc-js delivers. */
  onMessage(message: Buffer): void;
  /** Sends one message; the header has been sent. */
  send(message: Buffer): void;
  /** Hands over what has been sent: to be called before the status. */
  flush(): void;
  /** Whether the requests may end here: false in the middle of a message. */
  isWhole(): boolean;
}

export interface ServerTransportOptions {
  readonly call: ServerInterceptingCallInterface;
  /** Whether to go straight to HTTP/2 where that can be done. */
  readonly isDirect: boolean;
  readonly maxMessageBytes: number;
  readonly onMessage: (message: Buffer) => void;
  /** The client has sent what is no gRPC message. */
  readonly onBadFrame: (error: unknown) => void;
  /** The transport has taken so many messages, of so many bytes together. */
  readonly onSent: (messages: number, bytes: number) => void;
}

/** The fast way for this call, or the one over grpc-js's public API. */
export function createServerTransport(options: ServerTransportOptions): ServerTransport {
  const internals = options.isDirect ? readServerInternals(options.call) : undefined;
  return internals === undefined ? createPublicTransport(options) : createDirectTransport(internals, options);
}

function createPublicTransport({ call, onMessage, onSent }: ServerTransportOptions): ServerTransport {
  const puller = createMessagePuller(() => call.startRead());
  return {
    resume: () => puller.resume(),
    pause: () => puller.pause(),
    onMessage(message) {
      onMessage(message);
      puller.onMessage();
    },
    send: (message) => call.sendMessage(message, () => onSent(1, message.length)),
    flush: () => undefined,
    isWhole: () => true,
  };
}

function createDirectTransport(
  { stream, takeOverReads }: ServerInternals,
  { call, maxMessageBytes, onMessage, onBadFrame, onSent }: ServerTransportOptions,
): ServerTransport {
  const reader = new FrameReader(maxMessageBytes, onMessage);
  const writer = new FrameWriter(stream, onSent);
  takeOverReads((chunk) => {
    try {
      reader.push(chunk);
    } catch (error) {
      onBadFrame(error);
    }
  });
  let isStarted = false;
  return {
    resume() {
      // The first read makes grpc-js wait for the half-close, which it delivers when the stream has been read.
      if (isStarted) stream.resume();
      else call.startRead();
      isStarted = true;
    },
    pause: () => void stream.pause(),
    onMessage,
    send: (message) => writer.write(message),
    flush: () => writer.flush(),
    isWhole: () => reader.isWhole,
  };
}
