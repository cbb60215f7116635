import type { Logger } from '@streamworks/common';
import type { Passwords } from './passwords.js';
import type { Role, UserStore } from './user-store.js';

/** What users are made with. */
export interface SeedUsersOptions {
  readonly users: UserStore;
  readonly passwords: Passwords;
  readonly log: Logger;
}

/** Those of the tutorial: everybody knows their password. */
const seeds: readonly { readonly name: string; readonly role: Role }[] = [
  { name: 'admin1', role: 'admin' },
  { name: 'user1', role: 'user' },
];
const PASSWORD = 'secret';

/** Makes the users for development, where they are missing, and says so in the log. */
export async function seedUsers({ users, passwords, log }: SeedUsersOptions): Promise<void> {
  for (const { name, role } of seeds) {
    if ((await users.find(name)) !== undefined) continue;
    await users.add({ name, role, password: await passwords.hash(PASSWORD) });
  }
  const names = seeds.map(({ name, role }) => `${name} (${role})`).join(' and ');
  log.warn(`for development only: ${names} can log in with the password ${PASSWORD}`);
}
