import { defineService, type Service } from '@streamworks/common';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { createCreateLaptop } from './handlers/create-laptop.js';
import { createLogin, type LoginDependencies } from './handlers/login.js';
import { createRateLaptop } from './handlers/rate-laptop.js';
import { createSearchLaptop } from './handlers/search-laptop.js';
import { createUploadImage, type UploadImageDependencies } from './handlers/upload-image.js';
import type { RatingStore } from './rating-store.js';

/** What the handlers work on. */
export interface Dependencies extends UploadImageDependencies, LoginDependencies {
  readonly ratings: RatingStore;
}

/** The catalogue and its accounts, with who may call what where callers are asked who they are. */
export function createServices(dependencies: Dependencies): Service[] {
  const { laptops, ratings } = dependencies;
  const laptopHandlers = {
    createLaptop: createCreateLaptop(laptops),
    searchLaptop: createSearchLaptop(laptops),
    uploadImage: createUploadImage(dependencies),
    rateLaptop: createRateLaptop(ratings),
  };
  return [
    defineService(LaptopService, laptopHandlers, {
      roles: { createLaptop: ['admin'], uploadImage: ['admin'], rateLaptop: ['admin', 'user'], searchLaptop: 'open' },
    }),
    defineService(AuthService, { login: createLogin(dependencies) }, { roles: { login: 'open' } }),
  ];
}
