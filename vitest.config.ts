import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  // The build that n8n loads; Node cannot load the other one by itself.
  resolve: { alias: { 'n8n-workflow': require.resolve('n8n-workflow') } },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // A real n8n has a lane of its own: `pnpm test:n8n`.
    exclude: ['test/n8n/**', '**/node_modules/**'],
    // Most tests wait for a process or a socket rather than compute.
    maxWorkers: 4,
    // Bounds for what never ends. A busy machine must not reach them.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
