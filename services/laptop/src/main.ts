import { createLogger, runService, serve } from '@streamworks/common';
import { openDatabase } from '@streamworks/storage';
import { createCatalogueStore } from './catalogue-store.js';
import { readConfig } from './config.js';
import { createServices } from './handlers.js';
import { createImageMemory } from './image-memory.js';
import { createLoginLimits } from './login-limits.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { createPasswords } from './passwords.js';
import { seedUsers } from './seed-users.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  if (config.isKeyRandom) log.warn('AUTH_JWT_SECRET is not set: tokens are good until this process ends');
  const database = await openDatabase<LaptopSchema>({ ...config.database, migrations, log });
  const stores = await createCatalogueStore(database, { ...config, log });
  const passwords = createPasswords();
  if (config.seedUsers) await seedUsers({ ...stores, passwords, log });
  const limits = createLoginLimits(config);
  const imageMemory = createImageMemory(config.imageMemoryLimit);
  return serve({
    config,
    log,
    services: createServices({ ...config, ...stores, passwords, limits, imageMemory }),
    isReady: () => database.isReady,
    onStopped: () => stores.close(),
  });
});
