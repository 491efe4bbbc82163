import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    env: { NODE_NO_WARNINGS: '1' },
    // Two cores: more files at once only fight for them.
    maxWorkers: 2,
  },
});
