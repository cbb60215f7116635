import { randomUUID } from 'node:crypto';
import { createLogger, defineService, runService, serve } from '@streamworks/common';
import { readConfig } from './config.js';
import { createHandlers } from './handlers.js';
import { runProgram } from './run-program.js';
import { ServedTestService } from './served-test-service.js';
import { help, readServerCommand, type ServerCommand } from './server-options.js';

function runServer({ settings }: ServerCommand): Promise<void> {
  return runService(async () => {
    // oxlint-disable-next-line node/no-process-env -- the process hands its environment to its config
    const config = readConfig({ ...process.env, ...settings });
    const log = createLogger(config);
    const handlers = createHandlers({ serverId: randomUUID(), maxPayloadBytes: config.maxMessageBytes });
    return serve({ config, log, services: [defineService(ServedTestService, handlers)] });
  });
}

await runProgram({ script: 'interop:server', help, read: readServerCommand, run: runServer });
