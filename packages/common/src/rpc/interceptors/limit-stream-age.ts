import { StatusError } from '../../errors/status-error.js';
import { isHealth } from '../health.js';
import type { InterceptedServerCall, ServerInterceptor } from './interceptor.js';

/**
 * Ends streams that are older than this with UNAVAILABLE, so that their clients open them anew, perhaps at another instance
 * of the service. Health is left alone.
 */
export function limitStreamAge(maxAgeMs: number): ServerInterceptor {
  const end = (call: InterceptedServerCall): void =>
    call.end(new StatusError('UNAVAILABLE', 'the stream has reached its greatest age: open a new one'));
  return (call, next) => {
    const { requestStream, responseStream } = call.definition;
    if ((requestStream || responseStream) && !isHealth(call.service)) {
      const timer = setTimeout(end, maxAgeMs, call);
      call.onEnd(() => clearTimeout(timer));
    }
    return next();
  };
}
