// Makes .sst/platform, which holds sst's components, so that `npm run test:stacks` can run the real ones. Without it,
// because a registry is out of reach, the tests of the stacks run without sst and this says so.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sst = join(root, 'stacks/node_modules/.bin/sst');
const platform = join(root, '.sst/platform/src/components/index.ts');
/** sst would fetch Pulumi and bun first, which making a deployment needs and looking at one does not. */
const ALONE = { SST_SKIP_DEPENDENCY_CHECK: '1', SST_NO_BUN: '1', SST_TELEMETRY_DISABLED: '1' };
const run = (command, words) =>
  execFileSync(command, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ...ALONE } });

try {
  if (!existsSync(sst)) run('npm', ['ci', '--prefix', 'stacks']);
  if (!existsSync(platform)) run(sst, ['install', '--stage', 'test']);
} catch (error) {
  console.error(`sst's components cannot be had here, so the stacks are tested without: ${error.message}`);
}
