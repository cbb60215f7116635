import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { readConfig } from './config.js';
import { createHandlers } from './handlers.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  return serve({ config, log, services: [defineService(ServerStream, createHandlers())] });
});
