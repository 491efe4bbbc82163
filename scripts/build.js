// `npm run build`: everything of dist. The compiler takes one core, all the rest the other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { forgetUnlessThere } from './compiled.js';
import { unlessUnchanged } from './unchanged.js';

// The commands and the versions of what they run are in these two.
const TOOLS = ['package.json', 'package-lock.json'];
const KERNELS = {
  inputs: ['shared/kernels/assembly', ...TOOLS],
  outputs: ['shared/kernels/kernels.wasm', 'shared/kernels/registration.wasm'],
};
const VIEWER = {
  inputs: ['cli/viewer/client', 'scripts/build-viewer.js', ...TOOLS],
  outputs: ['dist/viewer'],
};

async function run(program, ...words) {
  const [exitCode] = await once(spawn(program, words, { stdio: 'inherit' }), 'close');
  if (exitCode !== 0) throw new Error(`${[program, ...words].join(' ')} ended with ${exitCode}`);
}

async function compile() {
  forgetUnlessThere('node_modules/.cache/tsc/build.tsbuildinfo', '.', 'dist');
  await run('node_modules/.bin/tsc', '-p', 'tsconfig.build.json');
}

async function bundle() {
  await unlessUnchanged('kernels', KERNELS, () => run('npm', 'run', '--silent', 'build:kernels'));
  await run(process.execPath, 'scripts/copy-files.js');
  await unlessUnchanged('viewer', VIEWER, () => run('npm', 'run', '--silent', 'build:viewer'));
}

await Promise.all([compile(), bundle()]).catch((error) => {
  console.error(`The build failed: ${error.message}`);
  process.exit(1);
});
