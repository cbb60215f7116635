import * as errors from 'jose/errors';
import { StatusError } from '../errors/status-error.js';

/** UNAUTHENTICATED with a message for the person who sent the token: it says what is wrong, and nothing of the token. */
export function tokenError(message: string, cause?: unknown): StatusError {
  return new StatusError('UNAUTHENTICATED', message, { cause });
}

const claimMessages: Readonly<Record<string, string>> = {
  nbf: 'the token is not valid yet',
  iss: 'the token is from another issuer than this service trusts',
  aud: 'the token is for another audience than this service',
};

/** What to tell of the errors of jose. Any other error is no fault of a token, and stays what it is. */
export function toTokenError(error: unknown, algorithms: readonly string[]): unknown {
  if (!(error instanceof errors.JOSEError)) return error;
  return tokenError(describe(error, algorithms), error);
}

function describe(error: errors.JOSEError, algorithms: readonly string[]): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature does not match";
  if (error instanceof errors.JOSEAlgNotAllowed) return `the token must be signed with ${algorithms.join(' or ')}`;
  if (error instanceof errors.JWKSNoMatchingKey) return "the token is signed with none of the issuer's keys";
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'the token must name its key (kid): there are several';
  if (error instanceof errors.JWTClaimValidationFailed && error.reason !== 'invalid') {
    return claimMessages[error.claim] ?? 'the token lacks a claim';
  }
  return 'the token is no signed JWT that can be read';
}
