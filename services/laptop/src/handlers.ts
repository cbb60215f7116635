import { defineService, type Service } from '@streamworks/common';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { createCreateLaptop } from './handlers/create-laptop.js';
import { createLogin, type LoginDependencies } from './handlers/login.js';
import { createRateLaptop } from './handlers/rate-laptop.js';
import { createSearchLaptop } from './handlers/search-laptop.js';
import { createUploadImage, type UploadImageDependencies } from './handlers/upload-image.js';
import type { RatingStore } from './rating-store.js';

/**
 * The most bytes of one message, where that is less than the server takes: decoding very many empty parts would hold up everybody
 * else. Beyond these no request is right; a laptop, or a text, that is only somewhat too long is told so by its handler. An image
 * may come in one message: its limit is another.
 */
const MOST_LAPTOP_BYTES = 128 * 1024;
const MOST_BYTES = 8 * 1024;

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
      maxRequestBytes: { createLaptop: MOST_LAPTOP_BYTES, rateLaptop: MOST_BYTES, searchLaptop: MOST_BYTES },
    }),
    defineService(
      AuthService,
      { login: createLogin(dependencies) },
      { roles: { login: 'open' }, maxRequestBytes: { login: MOST_BYTES } },
    ),
  ];
}
