import { defineConfig } from 'vitest/config';

/**
 * Code without state of its own: a worker loads it once for all of these files, not once for each. No test here may mock
 * a module or set the environment: the next file would see it.
 */
const TOGETHER = 'test/{acquisition,formats,geometry,illumination}/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    env: { NODE_NO_WARNINGS: '1' },
    // Two cores: more files at once only fight for them.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'together', include: [TOGETHER], isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [TOGETHER] } },
    ],
  },
});
