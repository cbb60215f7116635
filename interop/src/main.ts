import { randomUUID } from 'node:crypto';
import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { help, readConfig } from './config.js';
import { createHandlers } from './handlers.js';
import { ServedTestService } from './served-test-service.js';

const args = process.argv.slice(2);

if (args.includes('--help')) process.stdout.write(help);
else {
  await runService(async () => {
    // oxlint-disable-next-line node/no-process-env -- the process hands its environment to its config
    const config = readConfig(args, process.env);
    const log = createLogger(config);
    const handlers = createHandlers({ serverId: randomUUID(), maxPayloadBytes: config.maxMessageBytes });
    return serve({ config, log, services: [defineService(ServedTestService, handlers)] });
  });
}
