import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { SayHello } from '@streamworks/proto/hello';
import { readConfig } from './config.js';
import { createHandlers } from './handlers.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  return serve({ config, log, services: [defineService(SayHello, createHandlers())] });
});
