import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { readConfig } from './config.js';
import { createHandlers } from './handlers.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  return serve({ config, log, services: [defineService(ClientStream, createHandlers())] });
});
