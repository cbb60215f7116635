import { StatusError } from '../../errors/status-error.js';
import type { ClientInterceptor } from './interceptor.js';

/** Sends a token with every call of a client: one that stays, or what the function gives for each call. */
export function withToken(token: string | (() => string | Promise<string>)): ClientInterceptor {
  if (typeof token === 'string') {
    let bearer: string | undefined;
    return ({ metadata }, next) => {
      metadata.set('authorization', (bearer ??= toBearer(token)));
      return next();
    };
  }
  return async ({ metadata }, next) => {
    metadata.set('authorization', toBearer(await token()));
    return next();
  };
}

/** grpc-js would show the whole token in its error. A file often ends with a new line. */
function toBearer(token: string): string {
  const trimmed = token.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return `Bearer ${trimmed}`;
  throw new StatusError('UNAUTHENTICATED', 'the token is empty, or has characters that no header can carry');
}
