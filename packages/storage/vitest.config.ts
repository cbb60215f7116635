import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most of the time a test waits for a PostgreSQL, for the disk, or for a timeout of its own.
    maxWorkers: 3,
    // A machine that tests everything at once may take this long: who waits for too long finds the fault all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
