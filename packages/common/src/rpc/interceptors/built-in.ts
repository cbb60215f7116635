import { createTokenVerifier } from '../../auth/token-verifier.js';
import type { ServiceConfig } from '../../config/service-config.js';
import type { Logger } from '../../logging/create-logger.js';
import { authenticate } from './authenticate.js';
import type { ServerInterceptor } from './interceptor.js';
import { limitRate } from './limit-rate.js';
import { limitStreamAge } from './limit-stream-age.js';
import { logCalls } from './log-calls.js';

/** What stands around every call of a server, as its settings say: a call that is refused is logged, too. */
export function createBuiltInInterceptors(config: ServiceConfig, log: Logger): ServerInterceptor[] {
  const { auth, rateLimit, maxStreamAge } = config;
  return [
    logCalls(log),
    ...(maxStreamAge === undefined ? [] : [limitStreamAge(maxStreamAge)]),
    ...(auth === undefined ? [] : [authenticate({ ...auth, verifier: createTokenVerifier(auth, { log }) })]),
    ...(rateLimit === undefined ? [] : [limitRate(rateLimit)]),
  ];
}
