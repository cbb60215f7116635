import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { AllStreamServer } from '@streamworks/proto/helloworld/all_stream';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { readConfig } from './config.js';
import { createAllStreamHandlers, createSqrtHandlers } from './handlers.js';

await runService(async () => {
  const config = readConfig(process.env);
  const log = createLogger(config);
  const services = [
    defineService(BidirectionalStreamServer, createSqrtHandlers()),
    defineService(AllStreamServer, createAllStreamHandlers()),
  ];
  return serve({ config, log, services });
});
