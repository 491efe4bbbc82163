import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What the next file of the same worker would see, too. */
const LEAVES_TRACES = /\bvi\.(mock|doMock|stubEnv)\(|\bprocess\.env\.\w+ = /;
/** Their servers and processes are many, or other modules of theirs set the environment. */
const KEPT_APART = ['test/cloud/*.test.ts', 'test/stacks/real/*.test.ts'];

const alone = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name).replaceAll('\\', '/'))
  .filter((file) => LEAVES_TRACES.test(readFileSync(file, 'utf8')))
  .concat(KEPT_APART);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    env: { NODE_NO_WARNINGS: '1' },
    // Two cores: more files at once only fight for them.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      // Code has no state of its own: a worker loads it once for all of these files, not once for each.
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: alone, isolate: false },
      },
    ],
  },
});
