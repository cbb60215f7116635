import type { ClientInterceptor } from './interceptor.js';

/** Sends a token with every call of a client: one that stays, or what the function gives for each call. */
export function withToken(token: string | (() => string | Promise<string>)): ClientInterceptor {
  if (typeof token === 'string') {
    return ({ metadata }, next) => {
      metadata.set('authorization', `Bearer ${token}`);
      return next();
    };
  }
  return async ({ metadata }, next) => {
    metadata.set('authorization', `Bearer ${await token()}`);
    return next();
  };
}
