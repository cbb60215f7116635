import type { KeyObject } from 'node:crypto';

/** What tokens are signed with, and what they have to say besides to be taken. */
export interface Signing {
  /** A secret, for HS256. */
  readonly key: KeyObject;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}
