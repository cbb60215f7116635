import type { Cell, Contender } from '../plan/cell.js';

/** The figures of one round of one contender; each is absent where the pattern, or the kind of server, has none. */
export interface Round {
  /** Messages a second: for fan-out those that were delivered, to all together. */
  readonly perSecond?: number;
  /** Microseconds of a round trip. */
  readonly p50?: number;
  readonly p99?: number;
  /** By how many bytes the server's resident memory has grown. */
  readonly grownBytes?: number;
  /** Microseconds of processor time for each message, on all cores together. */
  readonly serverCpu?: number;
  readonly clientCpu?: number;
  /** The most resident memory since the process was started: the server's through all rounds. */
  readonly serverPeakBytes?: number;
  readonly clientPeakBytes?: number;
}

/** What came of one contender in one cell. */
export interface Outcome {
  readonly contender: Contender;
  readonly rounds: readonly Round[];
  /**
   * Where it took too long: the limit in seconds, and the count that it took too long with: a smaller one where this
   * was not tried for it.
   */
  readonly overLimit?: { readonly seconds: number; readonly count: number };
  /** What went wrong. */
  readonly problem?: string;
}

/** One cell with the outcomes of its contenders, in their order. */
export interface CellResult {
  readonly cell: Cell;
  readonly outcomes: readonly Outcome[];
}
