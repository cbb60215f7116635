export { collect, from, gate, until, type Gate } from './streams.js';
export { createTestContext, type TestContext } from './create-test-context.js';
export { readSettingRows, toSettingRow } from './setting-rows.js';
export { signToken } from '../auth/sign-token.js';
export { startService, type StartServiceOptions, type TestServer } from './start-service.js';
export {
  runProcess,
  startProcess,
  type ProcessEnd,
  type ProcessOptions,
  type ProcessResult,
  type TestProcess,
} from './start-process.js';
export { startServiceProcess, type ServiceProcess } from './start-service-process.js';
export { createPlainClient, type PlainClient } from './plain-client.js';
export type { PlainOutcome } from './plain-outcome.js';
export type { TortureOptions, TorturePart, TortureRow } from './torture-part.js';
