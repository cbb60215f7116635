import { defineService } from '@streamworks/common';
import { startService, type TestServer } from '@streamworks/common/testing';
import { createHandlers } from './handlers.js';
import { ServedTestService } from './served-test-service.js';

/** The test service on a free port. */
export function startTestServer(options: { readonly directHttp2: boolean }): Promise<TestServer> {
  const handlers = createHandlers({ serverId: 'test', maxPayloadBytes: 4 * 1024 * 1024 });
  return startService([defineService(ServedTestService, handlers)], { config: options });
}
