import { Health } from '@streamworks/proto/grpc/health/v1/health';
import { StatusError } from '../errors/status-error.js';
import type { Handlers } from './context.js';
import { defineService, type Service } from './define-service.js';

/**
 * The standard health service: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 *
 * The empty name and every named service are SERVING until the server drains; then Watch sends NOT_SERVING and ends
 * with UNAVAILABLE. Watch also ends when its client cancels.
 */
export function createHealthService(names: readonly string[]): Service {
  const known = new Set(['', ...names]);
  const handlers: Handlers<typeof Health> = {
    check({ service }, { draining }) {
      if (!known.has(service)) throw new StatusError('NOT_FOUND', `unknown service ${JSON.stringify(service)}`);
      return { status: draining.aborted ? 'NOT_SERVING' : 'SERVING' };
    },
    list(_request, { draining }) {
      const status = draining.aborted ? 'NOT_SERVING' : 'SERVING';
      return { statuses: Object.fromEntries([...known].map((name) => [name, { status }])) };
    },
    async *watch({ service }, { signal, draining }) {
      const isKnown = known.has(service);
      if (!draining.aborted) {
        yield { status: isKnown ? 'SERVING' : 'SERVICE_UNKNOWN' };
        await firstAbort(draining, signal);
      }
      if (isKnown) yield { status: 'NOT_SERVING' };
      throw new StatusError('UNAVAILABLE', 'the server is shutting down');
    },
  };
  return defineService(Health, handlers, { roles: { check: 'open', list: 'open', watch: 'open' } });
}

/** Whether a service is health: what bounds callers leaves it alone. */
export function isHealth(service: string): boolean {
  return service === Health.name;
}

/** Resolves when the first of two signals aborts, and leaves no listener on either. */
function firstAbort(one: AbortSignal, other: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (one.aborted || other.aborted) return resolve();
    const done = (): void => {
      one.removeEventListener('abort', done);
      other.removeEventListener('abort', done);
      resolve();
    };
    one.addEventListener('abort', done);
    other.addEventListener('abort', done);
  });
}
