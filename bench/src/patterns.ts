/** What one measurement gives. */
export interface Result {
  readonly perSecond: number;
  /** Microseconds, where single round trips were timed. */
  readonly p50?: number;
  readonly p99?: number;
}

/** A pattern over some client: runs it with so many messages. */
export type Pattern = (count: number) => Promise<void>;

/** One client that can do every pattern; `pingPong` gives the time of each round trip in milliseconds. */
export interface BenchClient {
  readonly 'server streaming': Pattern;
  readonly 'client streaming'?: Pattern;
  readonly bidi?: Pattern;
  readonly unary?: Pattern;
  readonly pingPong?: (count: number) => Promise<number[]>;
  /** Opens streams that stay idle; resolves when the server has answered on each. */
  readonly idle?: (count: number) => Promise<void>;
  /** Reads one message of an endless stream and no more. */
  readonly stop?: () => Promise<void>;
}

/** Calls that are open at once in the unary pattern. */
export const UNARY_CONCURRENCY = 64;

export function assertEqual(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}
