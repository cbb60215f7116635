import { StatusError } from '../errors/status-error.js';

/** Who calls, by the token of the call. */
export interface User {
  /** The token's `sub`, or else its `username`. */
  readonly id: string;
  /** The token's `role` and `roles` in one list, each once. */
  readonly roles: readonly string[];
  /** All that the token says, frozen. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The user of a token that was verified. Throws UNAUTHENTICATED where the token names none, or roles that are no text. */
export function toUser(claims: Record<string, unknown>): User {
  const id = claims['sub'] ?? claims['username'];
  if (typeof id !== 'string' || id === '') {
    throw new StatusError('UNAUTHENTICATED', 'the token names no user: it has neither sub nor username');
  }
  const roles = new Set([...toTexts(claims['role']), ...toTexts(claims['roles'])]);
  return Object.freeze({ id, roles: Object.freeze([...roles]), claims: freezeDeep(claims) });
}

function toTexts(claim: unknown): readonly string[] {
  if (claim === undefined) return [];
  const texts: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  if (texts.every((text) => typeof text === 'string')) return texts;
  throw new StatusError('UNAUTHENTICATED', "the token's roles are neither a text nor a list of texts");
}

/** One user is given to many calls, and none of them may change it for the others. */
function freezeDeep<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freezeDeep(inner);
  return Object.freeze(value);
}
