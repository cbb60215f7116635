import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Some tests start processes of their own, from programs in torture/.
    globalSetup: ['test/support/compile-torture.ts'],
    // Those that try thousands of inputs take longer where a machine tests everything at once.
    testTimeout: 20_000,
  },
});
