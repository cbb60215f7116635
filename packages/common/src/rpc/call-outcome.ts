import type { StatusCode } from '../errors/status-error.js';

/** How a call went; made once, at its end. */
export interface CallOutcome {
  readonly code: StatusCode;
  /** The message of the status; empty for OK. */
  readonly message: string;
  readonly durationMs: number;
  /** Messages received. */
  readonly received: number;
  /** Messages sent. */
  readonly sent: number;
  /** The error that was thrown, where it is a fault of the server. */
  readonly error?: unknown;
}
