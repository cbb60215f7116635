import { defineConfig } from 'vitest/config';

// Processes are started here, on machines that may be slow and busy.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
