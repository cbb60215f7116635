import { Metadata } from '@grpc/grpc-js';
import type { Method } from '@streamworks/proto';
import type { Context } from './context.js';
import { REQUEST_ID } from './request-id.js';

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * When the call ends with DEADLINE_EXCEEDED. Default: ten seconds from now for unary calls, else none. One that is more
   * than 24 days away counts as none.
   */
  readonly deadline?: Date;
  /** Milliseconds from now to the deadline; 0 for no deadline. An alternative to `deadline`. */
  readonly timeoutMs?: number;
  /** Sent with the call. */
  readonly metadata?: Metadata;
  /** The call of ours that makes this one: its cancellation, deadline and request id pass on. */
  readonly parent?: Pick<Context, 'signal' | 'deadline' | 'requestId'>;
  /** Gets the header of the response, before the first response. A call that fails before that has only a trailer. */
  readonly onHeader?: (header: Metadata) => void;
  /** Gets the trailer, whatever the status. */
  readonly onTrailer?: (trailer: Metadata) => void;
}

/** The options of one call, made definite when it is made. */
export interface PreparedCall {
  /** Its own: an interceptor may add to it. */
  readonly metadata: Metadata;
  readonly deadline: Date | undefined;
  readonly signals: readonly AbortSignal[];
  readonly onHeader: ((header: Metadata) => void) | undefined;
  readonly onTrailer: ((trailer: Metadata) => void) | undefined;
}

const LONGEST_MS = 2 ** 31 - 1;

/** Joins the options of a call with those of its parent and its client. */
export function prepareCall(method: Method<any, any>, options: CallOptions, unaryTimeoutMs: number): PreparedCall {
  const { signal, parent, onHeader, onTrailer } = options;
  const isUnary = !method.requestStream && !method.responseStream;
  const metadata = options.metadata?.clone() ?? new Metadata();
  if (parent !== undefined && metadata.get(REQUEST_ID).length === 0) metadata.set(REQUEST_ID, parent.requestId);
  return {
    metadata,
    deadline: earliest(readDeadline(options, isUnary ? unaryTimeoutMs : 0), parent?.deadline),
    signals: [signal, parent?.signal].filter((candidate) => candidate !== undefined),
    onHeader,
    onTrailer,
  };
}

function readDeadline({ deadline, timeoutMs }: CallOptions, defaultMs: number): Date | undefined {
  const ms = deadline === undefined ? (timeoutMs ?? defaultMs) : Math.max(1, deadline.getTime() - Date.now());
  // grpc-js counts the milliseconds of a deadline in 32 bits, on both sides.
  if (ms === 0 || ms > LONGEST_MS) return undefined;
  return deadline ?? new Date(Date.now() + ms);
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}
