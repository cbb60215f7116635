import { FRAME_HEADER_BYTES } from './frame-reader.js';

/** A message of at least this size is sent as it is; smaller ones are copied together. */
const LARGE_MESSAGE_BYTES = 16 * 1024;

/** The side of an HTTP/2 stream that frames are written to. */
export interface FrameSink {
  write(chunk: Buffer, written: () => void): unknown;
  cork(): void;
  uncork(): void;
  readonly writableEnded: boolean;
  readonly destroyed: boolean;
}

/** Who is told what has gone out. */
export interface FrameSender {
  /** The transport has taken so many messages, of so many bytes together. */
  onSent(messages: number, bytes: number): void;
}

/**
 * Writes messages to an HTTP/2 stream, many in one chunk: the first goes out at once; those that come while it is on its
 * way go out together when it has gone. An idle stream waits for nothing, a busy one pays for few writes.
 */
export class FrameWriter {
  readonly #sink: FrameSink;
  readonly #sender: FrameSender;
  /** Undefined where none waits: most streams are idle for most of their time. */
  #frames: Buffer[] | undefined;
  #bytes = 0;
  #isWriting = false;
  #isScheduled = false;

  constructor(sink: FrameSink, sender: FrameSender) {
    this.#sink = sink;
    this.#sender = sender;
  }

  write(message: Buffer): void {
    this.#push(message);
    if (!this.#isWriting) this.flush();
  }

  /** As `write`, but an idle stream sends the message together with those that follow in this turn of the event loop. */
  writeSoon(message: Buffer): void {
    this.#push(message);
    if (this.#isWriting || this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(flushScheduled, this);
  }

  /** To be called at the end of the turn in which `writeSoon` was. */
  flushScheduled(): void {
    this.#isScheduled = false;
    if (!this.#isWriting) this.flush();
  }

  #push(message: Buffer): void {
    if (this.#frames === undefined) this.#frames = [message];
    else this.#frames.push(message);
    this.#bytes += message.length;
  }

  /** Hands everything to the stream: before its end, or when the last write has gone out. */
  flush(): void {
    const frames = this.#frames;
    if (frames === undefined) return;
    const bytes = this.#bytes;
    this.#frames = undefined;
    this.#bytes = 0;
    if (this.#sink.destroyed || this.#sink.writableEnded) return;
    this.#isWriting = true;
    const written = (): void => {
      this.#isWriting = false;
      this.#sender.onSent(frames.length, bytes);
      this.flush();
    };
    if (bytes < LARGE_MESSAGE_BYTES * frames.length) this.#sink.write(join(frames, bytes), written);
    else this.#writeEach(frames, written);
  }

  /** Messages that are large: to copy them would cost more than a write. */
  #writeEach(frames: readonly Buffer[], written: () => void): void {
    this.#sink.cork();
    for (const [index, frame] of frames.entries()) {
      this.#sink.write(toHeader(frame.length), noop);
      this.#sink.write(frame, index === frames.length - 1 ? written : noop);
    }
    this.#sink.uncork();
  }
}

function flushScheduled(writer: FrameWriter): void {
  writer.flushScheduled();
}

function noop(): void {
  // Each write has its own callback; the last one stands for all.
}

function toHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  writeHeader(header, 0, length);
  return header;
}

function join(frames: readonly Buffer[], bytes: number): Buffer {
  const chunk = Buffer.allocUnsafe(bytes + frames.length * FRAME_HEADER_BYTES);
  let position = 0;
  for (const frame of frames) {
    writeHeader(chunk, position, frame.length);
    chunk.set(frame, position + FRAME_HEADER_BYTES);
    position += FRAME_HEADER_BYTES + frame.length;
  }
  return chunk;
}

function writeHeader(target: Buffer, position: number, length: number): void {
  target[position] = 0;
  target[position + 1] = length >>> 24;
  target[position + 2] = length >>> 16;
  target[position + 3] = length >>> 8;
  target[position + 4] = length;
}
