import type { User } from '@streamworks/proto/stream_service';

/** What became of a user who was to be created. Nobody is changed by it. */
export type Creation =
  | 'created'
  /** Somebody with the same name and address is there already. */
  | 'unchanged'
  /** Somebody with another name has the address. */
  | 'email-taken'
  | 'id-taken'
  /** All numbers up to the last one are given. */
  | 'no-id-left';

/** Keeps users: each has a number and an email address that no other one has, whatever the case of its letters. */
export interface UserStore {
  /**
   * All users by their number, read in pages of at most so many as they are taken. Who is created meanwhile is read where he
   * comes after those that were.
   */
  list(options: { readonly pageSize: number }): AsyncIterable<User>;
  /**
   * Creates users, one after the other in their order; who has the number 0 gets one that nobody has. They are valid.
   * Resolves with what became of each when all of it is stored for good; rejects where nothing is.
   */
  create(users: readonly User[]): Promise<Creation[]>;
}
