/** What `npm run stacks:build` made, to be deployed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from './cloud.ts';

const FOLDER = 'stacks/.build';

/** `root`: of the repository. Throws where it was not built. */
export function readProgram(root: string): Program {
  const machineFile = join(root, FOLDER, 'cloudreg.tar.gz');
  const functionFolder = join(root, FOLDER, 'functions');
  for (const path of [machineFile, join(functionFolder, 'lambda.mjs')])
    if (!existsSync(path))
      throw new Error(`${path} is not there: run npm run stacks:build before deploying.`);
  const sha256 = createHash('sha256').update(readFileSync(machineFile)).digest('hex');
  return { machineFile, functionFolder, sha256 };
}
