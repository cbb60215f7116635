import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Most of the time a test waits for a PostgreSQL, or for a timeout of its own.
  test: { maxWorkers: 4 },
});
