/** A disk that fills up while a file is written: the system's calls are replaced, nothing else. */
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';

type Promises = typeof import('node:fs/promises');

const system = vi.hoisted(() => ({ failing: undefined as undefined | { call: string; code: string } }));

function failIf(call: string): void {
  if (system.failing?.call === call)
    throw Object.assign(new Error(system.failing.code), { code: system.failing.code });
}

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<Promises>();
  const failingHandle = (handle: FileHandle) => ({
    write: async (bytes: Uint8Array, offset: number, length: number) => {
      failIf('write');
      return handle.write(bytes, offset, length);
    },
    datasync: async () => {
      failIf('datasync');
      return handle.datasync();
    },
    close: () => handle.close(),
  });
  return {
    ...actual,
    open: async (...values: Parameters<Promises['open']>) => {
      failIf('open');
      return failingHandle(await actual.open(...values));
    },
    rename: async (...values: Parameters<Promises['rename']>) => {
      failIf('rename');
      return actual.rename(...values);
    },
  };
});

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloudreg-full-'));
});
afterEach(async () => {
  system.failing = undefined;
  await rm(root, { recursive: true, force: true });
});

describe('a folder store whose disk says no', () => {
  it.each([
    ['write', 'ENOSPC', 'full', /cannot write: the disk is full \(ENOSPC\)\. Free some space/],
    ['datasync', 'EDQUOT', 'full', /quota is used up/],
    [
      'open',
      'EROFS',
      'readonly',
      /the file system is read-only \(EROFS\)\. Choose a folder on a writable disk/,
    ],
    ['open', 'EACCES', 'denied', /permission denied \(EACCES\)\. Check owner and mode/],
    ['rename', 'ENOSPC', 'full', /the disk is full/],
  ])(
    'at %s with %s: one clear error, the old object whole, nothing left over',
    async (call, code, kind, words) => {
      const store = folderStore(root);
      await store.put('info', Uint8Array.of(1, 2, 3));
      system.failing = { call, code };
      const put = store.put('info', Uint8Array.of(9));
      await expect(put).rejects.toMatchObject({
        name: 'StoreError',
        kind,
        permanent: true,
        path: join(root, 'info'),
      });
      await expect(put).rejects.toThrow(words);
      system.failing = undefined;
      expect([...(await readFile(join(root, 'info')))]).toEqual([1, 2, 3]);
      expect(await readdir(root)).toEqual(['info']);
    },
  );

  it('takes an error it does not know for one that may pass', async () => {
    const store = folderStore(root);
    system.failing = { call: 'write', code: 'EIO' };
    await expect(store.put('info', Uint8Array.of(9))).rejects.toMatchObject({
      kind: 'system',
      permanent: false,
    });
  });
});
