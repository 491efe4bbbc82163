// Prints the infrastructure as one JSON document on standard output; everything else goes to standard error.
// Needs no account: the packages of stacks/ are installed when they are missing, nothing else is fetched.
// An argument names another module that exports a pipeline.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stacks = join(root, 'stacks');
if (!existsSync(join(stacks, 'node_modules/@pulumi/aws'))) {
  process.stderr.write('stacks/ has no packages yet: npm ci --prefix stacks --omit=dev\n');
  const stdio = ['ignore', process.stderr, process.stderr];
  execFileSync('npm', ['ci', '--prefix', stacks, '--omit=dev'], { stdio });
}

// Node 20 runs no TypeScript. The bundle lies where it finds the packages of stacks/ and of the project.
const cache = join(stacks, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'graph-'));
try {
  const { build } = createRequire(join(stacks, 'package.json'))('esbuild');
  const outfile = join(folder, 'main.js');
  const pipeline = JSON.stringify(process.argv[2] ?? './services/pipeline.ts');
  const contents = `import { pipeline } from ${pipeline};
import { printGraph } from './stacks/graph/print-graph.ts';
await printGraph(pipeline);`;
  const stdin = { contents, resolveDir: root, sourcefile: 'stacks-graph.ts', loader: 'ts' };
  const how = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' };
  await build({ stdin, outfile, ...how });
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
