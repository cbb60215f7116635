import type { Logger } from '@streamworks/common';
import type { Database } from '@streamworks/storage';
import { createDatabaseImageStore } from './database-image-store.js';
import { createDatabaseLaptopStore } from './database-laptop-store.js';
import { createDatabaseRatingStore } from './database-rating-store.js';
import { createDatabaseUserStore } from './database-user-store.js';
import { createFolderImageStore } from './folder-image-store.js';
import type { ImageStore } from './image-store.js';
import type { LaptopStore } from './laptop-store.js';
import type { LaptopSchema } from './migrations.js';
import type { RatingStore } from './rating-store.js';
import type { UserStore } from './user-store.js';

/** All that the service keeps. */
export interface CatalogueStore {
  readonly laptops: LaptopStore;
  readonly ratings: RatingStore;
  readonly images: ImageStore;
  readonly users: UserStore;
  /** Closes the database, and ends what is done beside the calls. */
  close(): Promise<void>;
}

/** Where images are. */
export interface CatalogueStoreOptions {
  /** A folder, absolute; undefined: the database. */
  readonly imageFolder: string | undefined;
  readonly log: Logger;
}

/** Keeps everything in a database, images perhaps in a folder. Throws a StartError where that cannot be used. */
export async function createCatalogueStore(
  database: Database<LaptopSchema>,
  { imageFolder, log }: CatalogueStoreOptions,
): Promise<CatalogueStore> {
  const folder = imageFolder === undefined ? undefined : await createFolderImageStore(imageFolder, { log });
  return {
    laptops: createDatabaseLaptopStore(database),
    ratings: createDatabaseRatingStore(database),
    images: folder ?? createDatabaseImageStore(database),
    users: createDatabaseUserStore(database),
    close() {
      folder?.close();
      return database.close();
    },
  };
}
