import type { Logger } from '../../logging/create-logger.js';
import { CALL_MESSAGE } from '../../logging/pretty.js';
import type { CallOutcome } from '../call-outcome.js';
import { toKind } from '../metrics.js';
import type { InterceptedServerCall, ServerInterceptor } from './interceptor.js';

/** Writes one line for each call, at its end; with the whole error where it is a fault of the server. */
export function logCalls(log: Logger): ServerInterceptor {
  const logCall = (outcome: CallOutcome, call: InterceptedServerCall): void => writeLine(log, call, outcome);
  return (call, next) => {
    call.onEnd(logCall);
    return next();
  };
}

function writeLine(log: Logger, call: InterceptedServerCall, outcome: CallOutcome): void {
  const { code, message, durationMs, received, sent, error } = outcome;
  const level = error === undefined ? 'info' : 'error';
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      method: call.method,
      requestId: call.requestId,
      kind: toKind(call.definition),
      peer: call.peer,
      ...(call.user !== undefined && { user: call.user.id }),
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
