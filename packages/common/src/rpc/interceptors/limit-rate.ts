import type { RateLimit } from '../../config/limit-settings.js';
import { StatusError } from '../../errors/status-error.js';
import { createBuckets } from '../../rate/token-bucket.js';
import type { InterceptedServerCall, ServerInterceptor } from './interceptor.js';
import { isHealth } from '../health.js';

/**
 * Lets each caller make so many calls a second: a token bucket for each user, or for each peer address where there is no
 * user. RESOURCE_EXHAUSTED beyond that, with a `google.rpc.RetryInfo` that says when there will be room. Health checks are
 * not counted.
 */
export function limitRate(limit: RateLimit): ServerInterceptor {
  const buckets = createBuckets(limit);
  return (call, next) => {
    const waitMs = isHealth(call.service) ? 0 : buckets.take(toKey(call));
    if (waitMs === 0) return next();
    const retryDelay = { seconds: BigInt(Math.floor(waitMs / 1_000)), nanos: (waitMs % 1_000) * 1_000_000 };
    throw new StatusError('RESOURCE_EXHAUSTED', `too many calls: try again in ${waitMs} ms`, {
      details: [{ type: 'google.rpc.RetryInfo', value: { retryDelay } }],
    });
  };
}

function toKey({ user, peer }: InterceptedServerCall): string {
  return user === undefined ? `peer ${peer.replace(/:\d+$/, '')}` : `user ${user.id}`;
}
