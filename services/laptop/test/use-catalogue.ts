import { createSecretKey } from 'node:crypto';
import { createClient, type ServiceConfig } from '@streamworks/common';
import { createTestContext, startService } from '@streamworks/common/testing';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll } from 'vitest';
import { createCatalogueStore } from '../src/catalogue-store.js';
import { createServices } from '../src/handlers.js';
import { createImageMemory } from '../src/image-memory.js';
import { createLoginLimits } from '../src/login-limits.js';
import { migrations, type LaptopSchema } from '../src/migrations.js';
import { createPasswords } from '../src/passwords.js';
import type { LaptopStore } from '../src/laptop-store.js';
import type { Rating } from '../src/rating-store.js';
import type { Role } from '../src/user-store.js';

/** What tokens are signed with. */
export const SECRET = 'an old pond, a frog jumps in, the sound of water';
export const key = createSecretKey(SECRET, 'utf8');

/** The most bytes of an image. */
export const LIMIT = 1_048_576;

/**
 * Gives a function that serves an empty catalogue, with ann (admin) and bob (user), whose password is `secret`. Nobody is asked for
 * a token unless the config says so.
 */
export function useCatalogue() {
  const passwords = createPasswords();
  let databases: TestDatabases;
  let hash: string;
  beforeAll(async () => {
    databases = await startDatabases('sqlite');
    hash = await passwords.hash('secret');
  }, 30_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  return async function start(config: Partial<ServiceConfig> = {}) {
    const database = await databases.open<LaptopSchema>(migrations);
    const stores = await createCatalogueStore(database, { imageFolder: undefined, log: createTestContext().log });
    const groups: (readonly Rating[])[] = [];
    let lookups = 0;
    const laptops: LaptopStore = {
      ...stores.laptops,
      has(uuid) {
        lookups += 1;
        return stores.laptops.has(uuid);
      },
    };
    const ratings = {
      add(group: readonly Rating[]) {
        groups.push(group);
        return stores.ratings.add(group);
      },
    };
    const addUser = (name: string, role: Role) => stores.users.add({ name, role, password: hash });
    await addUser('ann', 'admin');
    await addUser('bob', 'user');
    const signing = { key, issuer: undefined, audience: undefined };
    const limits = createLoginLimits({ peerLogins: 8, peerFailures: 100 });
    const services = createServices({
      ...stores,
      laptops,
      ratings,
      imageLimit: LIMIT,
      imageMemory: createImageMemory(2 * LIMIT),
      passwords,
      limits,
      signing,
    });
    const server = await startService(services, { config });
    const countImages = async () => (await database.query.selectFrom('image').select('uuid').execute()).length;
    return {
      server,
      groups,
      addUser,
      countImages,
      countLookups: () => lookups,
      client: createClient(LaptopService, server.target),
      async [Symbol.asyncDispose]() {
        await server.stop();
      },
    };
  };
}
