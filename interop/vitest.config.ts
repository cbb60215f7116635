import { defineConfig } from 'vitest/config';

// A test starts several processes, one after the other.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
