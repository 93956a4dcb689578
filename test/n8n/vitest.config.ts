import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: './global-setup.ts',
    // Most tests wait for one n8n; more at a time would only make it slower.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', '../closing-line-reporter.ts'],
  },
});
