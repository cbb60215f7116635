export { collect, from, gate, until, type Gate } from './streams.js';
export { createTestContext, type TestContext } from './create-test-context.js';
export { startService, type TestServer } from './start-service.js';
