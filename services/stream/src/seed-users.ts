import type { Logger } from '@streamworks/common';
import type { UserStore } from './user-store.js';

const COUNT = 50;

/** Creates fifty users to try the service with; who is there already stays. */
export async function seedUsers(users: Pick<UserStore, 'create'>, log: Logger): Promise<void> {
  const creations = await users.create(
    Array.from({ length: COUNT }, (_, index) => ({
      id: 0,
      name: `User ${index + 1}`,
      email: `user${index + 1}@example.com`,
    })),
  );
  const created = creations.filter((creation) => creation === 'created').length;
  log.warn({ created }, 'STREAM_SEED_USERS=on: there are users for trials');
}
