import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { folderStore } from '../../shared/adapters/local/folder-store.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { objectStoreSuite } from './object-store.ts';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cloudreg-object-store-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

objectStoreSuite('memory', async () => memoryStore());
objectStoreSuite('folder', async () => folderStore(await mkdtemp(join(scratch, 'store-'))));
