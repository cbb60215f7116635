import { randomUUID } from 'node:crypto';
import { createLogger, defineService, runService, serve, StartError } from '@streamworks/common';
import { readConfig } from './config.js';
import { createHandlers } from './handlers.js';
import { runProgram } from './run-program.js';
import { ServedTestService } from './served-test-service.js';
import { help, readServerCommand, type ServerCommand } from './server-options.js';

function runServer({ settings, needsTls }: ServerCommand): Promise<void> {
  return runService(async () => {
    // oxlint-disable-next-line node/no-process-env -- the process hands its environment to its config
    const config = readConfig({ ...process.env, ...settings });
    if (needsTls && config.tls === undefined) throw new StartError('--use_tls=true: set TLS_CERT and TLS_KEY');
    const log = createLogger(config);
    const handlers = createHandlers({ serverId: randomUUID(), maxPayloadBytes: config.maxMessageBytes });
    return serve({ config, log, services: [defineService(ServedTestService, handlers)] });
  });
}

await runProgram({ script: 'interop:server', help, read: readServerCommand, run: runServer });
