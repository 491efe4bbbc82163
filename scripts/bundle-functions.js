// The program of the functions (services/lambda.ts) as one file. They plan and send, so what reads pictures stays out.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { build } = createRequire(join(root, 'stacks/package.json'))('esbuild');

await build({
  entryPoints: [join(root, 'services/lambda.ts')],
  outfile: join(root, 'stacks/.build/functions/lambda.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // Native, and loaded by steps that no function runs.
  external: ['sharp', 'libsql', 'piscina'],
  // Packages in the older form of modules ask for it.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
