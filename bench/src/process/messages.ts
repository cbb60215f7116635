import type { PeerName } from '../peers/peers.js';
import type { Pattern } from '../plan/cell.js';
import type { Usage } from './usage.js';

/** What a server process says when it listens. */
export interface Announcement {
  readonly port: number;
}

/** Asks a server process for its {@link Usage}, which it answers with. */
export interface UsageRequest {
  readonly collect: boolean;
}

/** What a client process is to do: its argument, as JSON. */
export interface ClientJob {
  readonly peer: PeerName;
  readonly target: string;
  readonly pattern: Pattern;
  readonly count: number;
  readonly payloadBytes: number;
  readonly subscribers: number;
  /** The time that the pattern is repeated for before it is measured; it runs once at least. */
  readonly warmUpMs: number;
}

/** What came of the measured part. */
export interface Measurement {
  readonly seconds: number;
  /** Microseconds, where single round trips were timed. */
  readonly p50?: number;
  readonly p99?: number;
  /** Of the client; the processor time is that of the measured part. */
  readonly usage: Usage;
}

/** What a client process says: first that it is ready, and waits for any message; then how it went. */
export type ClientReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly measurement: Measurement }
  | { readonly kind: 'failed'; readonly problem: string };
