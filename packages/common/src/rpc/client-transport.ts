import type { Method } from '@streamworks/proto';
import { ByteWindow } from './byte-window.js';
import { FrameReader, FrameWriter } from './frames.js';
import { prepareCancel, takeOverReads, takeOverWrites, type GrpcClientCall } from './grpc-js-internals.js';
import type { MessageSource } from './incoming.js';
import { createMessagePuller } from './message-puller.js';

/** How the messages of a client call go and come. Metadata, status and cancel go through grpc-js in any case. */
export interface ClientTransport extends MessageSource {
  /** Sends one message; undefined where more may follow at once, else a promise for when it may. */
  write(message: Buffer): Promise<void> | undefined;
  /** Half-closes after what was written. */
  halfClose(): void;
  /** The call is over: what was not sent is dropped, and waits reject with the reason. */
  close(reason: unknown): void;
  /** To be called when the header has come. */
  onHeader(): void;
  /** To be called with each message that grpc-js delivers. */
  onMessage(message: Buffer): void;
  /** Calls back when every message that came before the status has been delivered. */
  afterMessages(then: () => void): void;
  /** To be called before a cancel, and before a deadline passes: see `prepareCancel`. */
  prepareCancel(): void;
}

export interface ClientTransportOptions {
  readonly call: GrpcClientCall;
  /** Whether to go straight to HTTP/2 where that can be done. */
  readonly isDirect: boolean;
  /** Only streams go straight to HTTP/2: a single message is not worth the way. */
  readonly method: Pick<Method, 'requestStream' | 'responseStream'>;
  readonly maxMessageBytes: number;
  readonly onMessage: (message: Buffer) => void;
  /** The server has sent what is no gRPC message. */
  readonly onBadFrame: (error: unknown) => void;
}

export function createClientTransport(options: ClientTransportOptions): ClientTransport {
  return { ...createSender(options), ...createReceiver(options), prepareCancel: () => prepareCancel(options.call) };
}

type Sender = Pick<ClientTransport, 'write' | 'halfClose' | 'close'>;

/**
 * The first message goes through grpc-js, which makes the connection and the stream meanwhile; the others straight to
 * the stream, or one by one through grpc-js where that cannot be done (it takes one at a time: a second one before the
 * callback of the first would replace it while the connection is being made).
 */
function createSender({ call, isDirect, method }: ClientTransportOptions): Sender {
  const window = new ByteWindow();
  let queue: Buffer[] = [];
  let writer: FrameWriter | undefined;
  /** A message is with grpc-js, or the stream is being taken over. */
  let isBusy = false;
  let isEnded = false;
  let isOver = false;
  let mayTakeOver = isDirect && method.requestStream;

  const pump = (): void => {
    if (isOver) return;
    if (writer !== undefined) {
      for (const message of queue.splice(0)) writer.write(message);
    } else if (!isBusy && queue.length > 0) {
      sendThroughGrpcJs(queue.shift() as Buffer); // the length was just looked at
      return;
    }
    if (!isEnded || isBusy || queue.length > 0) return;
    isOver = true;
    writer?.flush();
    call.halfClose();
  };
  const sendThroughGrpcJs = (message: Buffer): void => {
    isBusy = true;
    call.sendMessageWithContext(
      {
        callback() {
          window.give(1, message.length);
          isBusy = mayTakeOver && takeOverWrites(call, useStream);
          mayTakeOver = false;
          pump();
        },
      },
      message,
    );
  };
  const useStream: Parameters<typeof takeOverWrites>[1] = (stream) => {
    isBusy = false;
    if (!isOver) writer = new FrameWriter(stream, (messages, bytes) => window.give(messages, bytes));
    pump();
  };

  return {
    write(message) {
      window.take(message.length);
      if (writer !== undefined && queue.length === 0 && !isOver) {
        writer.write(message);
      } else {
        queue.push(message);
        pump();
      }
      return window.wait();
    },
    halfClose() {
      isEnded = true;
      pump();
    },
    close(reason) {
      isOver = true;
      queue = [];
      window.close(reason);
    },
  };
}

type Receiver = Pick<ClientTransport, 'resume' | 'pause' | 'onHeader' | 'onMessage' | 'afterMessages'>;

function createReceiver(options: ClientTransportOptions): Receiver {
  const { call, isDirect, method, maxMessageBytes, onMessage, onBadFrame } = options;
  const puller = createMessagePuller(() => call.startRead());
  let source: MessageSource = puller;
  let stream: ReturnType<typeof takeOverReads>;
  const takeOver = (): void => {
    const reader = new FrameReader(maxMessageBytes, onMessage);
    stream = takeOverReads(call, (chunk) => {
      try {
        reader.push(chunk);
      } catch (error) {
        onBadFrame(error);
      }
    });
    if (stream !== undefined) source = { resume: () => void stream?.resume(), pause: () => void stream?.pause() };
  };
  return {
    // A stream that is never read has no back-pressure under grpc-js: it is asked for a message from the start on.
    resume: () => source.resume(),
    pause: () => source.pause(),
    onHeader() {
      if (isDirect && method.responseStream) takeOver();
    },
    onMessage(message) {
      onMessage(message);
      puller.onMessage();
    },
    afterMessages(then) {
      // grpc-js reports an error status at once. What lies unread in the stream came before it.
      if (stream === undefined || stream.readableEnded || stream.destroyed || stream.rstCode !== 0) return then();
      let isDone = false;
      const done = (): void => {
        if (!isDone) then();
        isDone = true;
      };
      stream.once('end', done);
      stream.once('close', done);
    },
  };
}
