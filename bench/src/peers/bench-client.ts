/** A message of the benchmark, as every peer is given it. */
export interface BenchMessage {
  readonly number: number;
  /** Absent where the message is to be one int64. */
  readonly payload: Buffer | undefined;
}

/** How many messages to send and to expect, and the payload of each. */
export interface Load {
  readonly count: number;
  readonly payload: Buffer | undefined;
}

/** What came of a stream of requests, as the server counted it. */
export interface BenchSummary {
  readonly count: number;
  readonly sum: number;
}

/** One open bidi stream that carries one message at a time. */
export interface RoundTrips {
  /** Sends a message and gives the number that comes back. */
  readonly roundTrip: (message: BenchMessage) => Promise<number>;
  readonly end: () => Promise<void>;
}

/** One open stream of messages to publish. */
export interface Publishing {
  readonly send: (message: BenchMessage) => void;
  readonly end: () => Promise<BenchSummary>;
}

/**
 * What a peer's client can do, written as its own documentation writes it. Each of the streams checks what it has
 * received, so that nobody wins by losing messages; they reject where it is wrong.
 */
export interface BenchClient {
  /** One unary call; gives the number that comes back. */
  readonly unary: (message: BenchMessage) => Promise<number>;
  /** Asks for so many messages and reads them. */
  readonly serverStreaming: (load: Load) => Promise<void>;
  /** Sends messages 0 to count - 1 as fast as its API lets it. */
  readonly clientStreaming: (load: Load) => Promise<BenchSummary>;
  /** Sends messages 0 to count - 1 without waiting for answers, and reads those meanwhile. */
  readonly bidi: (load: Load) => Promise<void>;
  readonly openRoundTrips: () => RoundTrips;
  /** Reads everything that is published. Never resolves before the server ends the stream. */
  readonly subscribe: (onMessage: (number: number, payloadBytes: number) => void) => Promise<void>;
  readonly openPublishing: () => Publishing;
}

/** The module of a peer's client. */
export interface ClientModule {
  readonly createBenchClient: (target: string) => BenchClient | Promise<BenchClient>;
}

/** The module of a peer's server: it listens on a port of the loopback interface that is free, and gives it. */
export interface ServerModule {
  readonly startServer: () => Promise<number>;
}
