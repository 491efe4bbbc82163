import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireOwner } from '../../../shared/adapters/local/owner-lock.ts';
import { OutputOwnedError, StateError } from '../../../shared/adapters/local/state-errors.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

const OWNER = new URL('../../../dist/shared/adapters/local/owner-lock.js', import.meta.url).href;

/** Another process that takes the folder and keeps it until it is killed. */
async function startOwner(folder: string) {
  const script = `
    import { acquireOwner } from ${JSON.stringify(OWNER)};
    await acquireOwner(${JSON.stringify(folder)}, Date.now());
    process.stdout.write('held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the owner of a folder', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is told to the next one, who leaves', async () => {
    const owner = await acquireOwner(folder.path, Date.UTC(2026, 0, 2));
    const second = acquireOwner(folder.path, 0);
    await expect(second).rejects.toThrow(OutputOwnedError);
    await expect(second).rejects.toThrow(
      `${folder.path} is in use by process ${process.pid} on host ${hostname()} since 2026-01-02T00:00:00.000Z`,
    );
    await owner.release();
    await (await acquireOwner(folder.path, 0)).release();
  });

  it('holds it against other processes, and no longer than it lives', async () => {
    const child = await startOwner(folder.path);
    await expect(acquireOwner(folder.path, 0)).rejects.toThrow(`in use by process ${child.pid} on host`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await acquireOwner(folder.path, 0)).release();
  });

  it('is another process as long as its note is not there', async () => {
    const owner = await acquireOwner(folder.path, 0);
    await writeFile(join(folder.path, 'owner.json'), '');
    await expect(acquireOwner(folder.path, 0)).rejects.toThrow('in use by another process');
    await owner.release();
  });

  it('cannot be where the folder cannot be made', async () => {
    await writeFile(join(folder.path, 'file'), '');
    await expect(acquireOwner(join(folder.path, 'file'), 0)).rejects.toThrow(StateError);
  });
});
