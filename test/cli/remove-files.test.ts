import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeFiles } from '../../cli/remove-files.ts';
import { inFolder } from '../end-to-end/binary.ts';

const put = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'four');
};

describe('removing files', () => {
  it('keeps what is named, at any depth, and removes folders that are empty then', () =>
    inFolder(async (folder) => {
      for (const path of ['a/b/gone', 'a/kept', 'c/kept/inside', 'c/gone']) put(join(folder, path));
      expect(await removeFiles(folder, (name) => name === 'kept')).toEqual({ files: 2, bytes: 8 });
      expect(existsSync(join(folder, 'a/b'))).toBe(false);
      expect(existsSync(join(folder, 'a/kept'))).toBe(true);
      expect(existsSync(join(folder, 'c/kept/inside'))).toBe(true);
    }));

  it('finds nothing in a folder that is not there', async () => {
    expect(await removeFiles('/nowhere/at/all', () => false)).toEqual({ files: 0, bytes: 0 });
  });
});
