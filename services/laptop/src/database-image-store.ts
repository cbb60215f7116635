import { randomUUID } from 'node:crypto';
import type { Database } from '@streamworks/storage';
import type { ImageStore } from './image-store.js';
import type { LaptopSchema } from './migrations.js';

/** Keeps the images in a database. */
export function createDatabaseImageStore(database: Database<LaptopSchema>): ImageStore {
  return {
    async save({ laptop, type, bytes }, signal) {
      const uuid = randomUUID();
      await database.transaction(async (transaction) => {
        signal.throwIfAborted();
        await transaction
          .insertInto('image')
          .values({ uuid, laptop, type, size: BigInt(bytes.byteLength), bytes })
          .execute();
        signal.throwIfAborted();
      });
      return uuid;
    },
  };
}
