import { defineConfig } from 'vitest/config';

/**
 * Code without state of its own: a worker loads it once for all of these files, not once for each. No test here may mock
 * a module or set the environment, which the next file would see; those that do are named.
 */
const TOGETHER =
  'test/{acquisition,cli,export,formats,geometry,illumination,kernels,numerics,registration,services,viewer,volume}/**/*.test.ts';
const MOCKING = [
  'test/services/registration/pair.test.ts',
  'test/services/stitching/fontless.test.ts',
  'test/services/stitching/report/undrawable.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    env: { NODE_NO_WARNINGS: '1' },
    // Two cores: more files at once only fight for them.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'together', include: [TOGETHER], exclude: MOCKING, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [TOGETHER] } },
      { extends: true, test: { name: 'mocking', include: MOCKING } },
    ],
  },
});
