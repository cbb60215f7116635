import type { Logger } from '../logging/create-logger.js';
import { CALL_MESSAGE } from '../logging/pretty.js';
import { toKind } from './metrics.js';
import type { CallOutcome, ServerCall } from './server-call.js';

/** One line for each call; with the whole error where it is a fault of the server. */
export function logCall(log: Logger, call: ServerCall, outcome: CallOutcome): void {
  const { code, message, durationMs, received, sent, error } = outcome;
  const level = error === undefined ? 'info' : 'error';
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      method: call.method,
      requestId: call.requestId,
      kind: toKind(call.bound.method),
      peer: call.peer,
      code,
      ...(message !== '' && { status: message }),
      durationMs: Math.round(durationMs * 1000) / 1000,
      received,
      sent,
      ...(error !== undefined && { err: error }),
    },
    CALL_MESSAGE,
  );
}
