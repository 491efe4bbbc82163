import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';

const texts = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name).replaceAll('\\', '/'))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const filesWhere = (is: (text: string) => boolean): string[] =>
  texts.filter(({ text }) => is(text)).map(({ file }) => file);

const mocking = filesWhere((text) => /\bvi\.(mock|doMock)\(/.test(text));
const apart = [
  // Modules keep what they found in it, as clients of S3 do.
  ...filesWhere((text) => /\bvi\.stubEnv\(|\bprocess\.env\.\w+ = /.test(text)),
  // Their servers and processes are many, or other modules of theirs set the environment.
  ...['test/cloud/*.test.ts', 'test/stacks/real/*.test.ts'],
];

/** These scripts have just built the program: Node loads that in a fraction of the time that Vite takes for the sources. */
const isBuilt = ['test', 'test:all'].includes(process.env.npm_lifecycle_event ?? '');

const builtProgram: Plugin = {
  name: 'built-program',
  enforce: 'pre',
  resolveId(id, importer) {
    if (!importer || !/^\.\.?\/.*\.ts$/.test(id)) return undefined;
    const path = relative(import.meta.dirname, join(dirname(importer), id));
    if (!/^(shared|services|cli|bench)\//.test(path)) return undefined;
    return join(import.meta.dirname, 'dist', path.replace(/\.ts$/, '.js'));
  },
};
/** Node's own loader takes it, as it does packages. */
const BUILT = /\/dist\/(shared|services|cli|bench)\//;
const plugins = isBuilt ? [builtProgram] : [];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { NODE_NO_WARNINGS: '1' },
    setupFiles: ['test/typed-arrays.ts'],
    // Two cores: more files at once only fight for them.
    maxWorkers: 2,
    server: { deps: { external: [BUILT] } },
    projects: [
      // Vite alone can put one module in place of another.
      { extends: true, test: { name: 'mocking', include: mocking } },
      { extends: true, plugins, test: { name: 'apart', include: apart } },
      // Code has no state of its own: a worker loads it once for all of these files, not once for each.
      {
        extends: true,
        plugins,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...mocking, ...apart],
          isolate: false,
        },
      },
    ],
  },
});
