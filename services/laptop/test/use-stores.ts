import { createRandom } from '@streamworks/common';
import { createTestContext } from '@streamworks/common/testing';
import type { Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { createCatalogueStore } from '../src/catalogue-store.js';
import { createCreateLaptop } from '../src/handlers/create-laptop.js';
import { migrations, type LaptopSchema } from '../src/migrations.js';
import { toRandomLaptop } from '../src/random-laptop.js';

/** One for all tests of a file. */
export const random = createRandom(1);

export const createLaptop = (): Laptop => toRandomLaptop(random, new Date(0));

/** Gives a function that makes empty stores, in databases that last as long as the tests of the file. */
export function useStores() {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await startDatabases('sqlite');
  });
  afterAll(() => databases[Symbol.asyncDispose]());
  return async () => {
    const database = await databases.open<LaptopSchema>(migrations);
    const stores = await createCatalogueStore(database, { imageFolder: undefined, log: createTestContext().log });
    const add = createCreateLaptop(stores.laptops);
    return {
      ...stores,
      database,
      createLaptop: (laptop: Laptop | null) => add({ laptop }, createTestContext()),
    };
  };
}

/** What a refusal says that names a field. */
export const badField = (field: string, description: unknown = expect.any(String)) => ({
  code: 'INVALID_ARGUMENT',
  details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field, description }] } }],
});
