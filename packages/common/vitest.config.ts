import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Some tests start processes of their own, from programs in torture/.
    globalSetup: ['test/support/compile-torture.ts'],
  },
});
