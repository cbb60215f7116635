import type { Method } from '@streamworks/proto';
import { ByteWindow } from './byte-window.js';
import type { Encoding } from './compressed-message.js';
import { FrameReader, type FrameReceiver } from './frame-reader.js';
import { FrameWriter, type FrameSender } from './frame-writer.js';
import { prepareCancel, takeOverReads, takeOverWrites, type GrpcClientCall } from './grpc-js-internals.js';
import type { MessageSource } from './incoming.js';
import { MessagePuller } from './message-puller.js';

export interface ClientTransportOptions {
  readonly call: GrpcClientCall;
  /** Only streams go straight to HTTP/2: a single message is not worth the way. */
  readonly method: Pick<Method, 'requestStream' | 'responseStream'>;
  /** Whether to go straight to HTTP/2 where that can be done. */
  readonly directHttp2: boolean;
  readonly maxMessageBytes: number;
  /** Who gets the responses. */
  readonly receiver: FrameReceiver & {
    /** The server has sent what is no gRPC message. */
    onBadFrame(error: unknown): void;
  };
}

/**
 * How the messages of a client call go and come. Metadata, status and cancel go through grpc-js in any case.
 *
 * The first request goes through grpc-js, too, which makes the connection and the stream meanwhile; the others straight to
 * the stream, or one by one through grpc-js where that cannot be done (it takes one at a time: a second one before the
 * callback of the first would replace it while the connection is being made).
 */
export class ClientTransport implements MessageSource, FrameSender {
  readonly #options: ClientTransportOptions;
  readonly #window = new ByteWindow();
  #queue: Buffer[] = [];
  #writer: FrameWriter | undefined;
  /** A request is with grpc-js, or the stream is being taken over. */
  #isBusy = false;
  #isEnded = false;
  #isOver = false;
  #mayTakeOver: boolean;
  #source: MessageSource;
  readonly #puller: MessagePuller;
  #readStream: ReturnType<typeof takeOverReads>;

  constructor(options: ClientTransportOptions) {
    this.#options = options;
    this.#mayTakeOver = options.directHttp2 && options.method.requestStream;
    this.#puller = new MessagePuller(options.call);
    this.#source = this.#puller;
  }

  // --- requests ---

  /** Sends one message; undefined where more may follow at once, else a promise for when it may. */
  write(message: Buffer): Promise<void> | undefined {
    this.#window.take(message.length);
    if (this.#writer !== undefined && !this.#isOver) {
      this.#writer.write(message);
    } else {
      this.#queue.push(message);
      this.#pump();
    }
    return this.#window.wait();
  }

  /** Half-closes after what was written. */
  halfClose(): void {
    this.#isEnded = true;
    this.#pump();
  }

  /** The call is over: what was not sent is dropped, and waits reject with the reason. */
  close(reason: unknown): void {
    this.#isOver = true;
    this.#queue = [];
    this.#window.close(reason);
  }

  /** To be called before a cancel, and before a deadline passes. */
  prepareCancel(): void {
    prepareCancel(this.#options.call);
  }

  #pump(): void {
    if (this.#isOver || this.#isBusy) return;
    const message = this.#queue.shift();
    if (message !== undefined) return this.#sendThroughGrpcJs(message);
    if (!this.#isEnded) return;
    this.#isOver = true;
    this.#writer?.flush();
    this.#options.call.halfClose();
  }

  #sendThroughGrpcJs(message: Buffer): void {
    this.#isBusy = true;
    const callback = (): void => {
      this.#window.give(1, message.length);
      this.#isBusy = this.#mayTakeOver && takeOverWrites(this.#options.call, (stream) => this.#useStream(stream));
      this.#mayTakeOver = false;
      this.#pump();
    };
    this.#options.call.sendMessageWithContext({ callback }, message);
  }

  onSent(messages: number, bytes: number): void {
    this.#window.give(messages, bytes);
  }

  #useStream(stream: Parameters<Parameters<typeof takeOverWrites>[1]>[0]): void {
    this.#isBusy = false;
    if (this.#isOver) return;
    const writer = new FrameWriter(stream, this);
    this.#writer = writer;
    for (const message of this.#queue.splice(0)) writer.write(message);
    this.#pump();
  }

  // --- responses ---

  /** To be called at once: a stream that is never read has no back-pressure under grpc-js. */
  resume(): void {
    this.#source.resume();
  }

  pause(): void {
    this.#source.pause();
  }

  /** To be called when the header has come. */
  onHeader(): void {
    const { call, method, directHttp2, maxMessageBytes, receiver } = this.#options;
    if (!directHttp2 || !method.responseStream) return;
    const createReader = (encoding: Encoding | undefined): ((chunk: Buffer) => void) => {
      const reader = new FrameReader(maxMessageBytes, receiver, encoding);
      return (chunk) => {
        try {
          reader.push(chunk);
        } catch (error) {
          receiver.onBadFrame(error);
        }
      };
    };
    const stream = takeOverReads(call, createReader);
    if (stream === undefined) return;
    this.#readStream = stream;
    this.#source = stream;
  }

  /** To be called with each message that grpc-js delivers. */
  onMessage(message: Buffer): void {
    this.#options.receiver.onFrame(message);
    this.#puller.onTaken();
  }

  /** Calls back when every message that came before the status has been delivered. */
  afterMessages(then: () => void): void {
    const stream = this.#readStream;
    // grpc-js reports an error status at once. What lies unread in the stream came before it.
    if (stream === undefined || stream.readableEnded || stream.destroyed || stream.rstCode !== 0) return then();
    let isDone = false;
    const done = (): void => {
      if (!isDone) then();
      isDone = true;
    };
    stream.once('end', done);
    stream.once('close', done);
  }
}
