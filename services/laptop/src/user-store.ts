/** What a user may do: an admin everything, a user may rate. */
export type Role = 'admin' | 'user';

/** Every role. */
export const roles: readonly Role[] = ['admin', 'user'];

/** Somebody who can log in. */
export interface Account {
  readonly name: string;
  /** The hash of the password, with all that is needed to check one. */
  readonly password: string;
  readonly role: string;
}

/** Keeps the accounts. */
export interface UserStore {
  find(name: string): Promise<Account | undefined>;
  /** Adds an account; resolves when it is stored for good, with false where there is one of this name already. */
  add(account: Account): Promise<boolean>;
}
