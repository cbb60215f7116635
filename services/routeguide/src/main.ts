import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import { openDatabase } from '@streamworks/storage';
import { readConfig } from './config.js';
import { createDatabaseNoteStore } from './database-note-store.js';
import { createFeatures } from './features.js';
import { createHandlers } from './handlers.js';
import { migrations, type NoteSchema } from './migrations.js';
import { readFeatures } from './read-features.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  const features = createFeatures(readFeatures(config.featuresFile));
  log.info({ file: config.featuresFile, count: features.count }, 'features');
  const database = await openDatabase<NoteSchema>({ ...config.database, migrations, log });
  const notes = createDatabaseNoteStore(database, config);
  return serve({
    config,
    log,
    services: [defineService(RouteGuide, createHandlers({ features, notes }))],
    isReady: () => database.isReady,
    onStopped: () => database.close(),
  });
});
