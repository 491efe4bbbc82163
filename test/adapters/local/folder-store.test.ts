import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { temporaryPrefix } from '../../../shared/adapters/local/leftovers.ts';
import { keysOf } from '../../ports/object-store.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloudreg-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function file(name: string, ...content: number[]): Promise<void> {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), bytes(...content));
}

describe('a folder as a store', () => {
  it('has the URL of its folder', () => {
    expect(folderStore(`${root}/`).url).toBe(pathToFileURL(root).href);
  });

  it('need not exist to be read, and is made when it is written', async () => {
    const store = folderStore(join(root, 'not/yet'));
    expect(await keysOf(store)).toEqual([]);
    expect(await store.get('a')).toBeUndefined();
    await store.put('b/a', bytes(1));
    expect(await readdir(join(root, 'not/yet/b'))).toEqual(['a']);
  });

  it('makes a folder again that was removed meanwhile', async () => {
    const store = folderStore(root);
    await store.put('a/b', bytes(1));
    await rm(join(root, 'a'), { recursive: true });
    await store.put('a/c', bytes(2));
    expect(await keysOf(store)).toEqual(['a/c']);
  });

  it('keeps encodings as suffixes, and one form of an object only', async () => {
    const store = folderStore(root);
    await store.put('a', bytes(1), { encoding: 'gzip' });
    expect(await readdir(root)).toEqual(['a.gz']);
    await store.put('a', bytes(2), { encoding: 'br' });
    expect(await readdir(root)).toEqual(['a.br']);
    await store.put('a', bytes(3));
    expect(await readdir(root)).toEqual(['a']);
  });

  it('reads the plain form first, then .gz, then .br, then .zstd', async () => {
    const store = folderStore(root);
    await file('a.zstd', 4);
    expect(await store.get('a')).toEqual({ bytes: bytes(4), encoding: 'zstd' });
    await file('a.br', 1);
    expect(await store.get('a')).toEqual({ bytes: bytes(1), encoding: 'br' });
    await file('a.gz', 2);
    expect(await store.get('a')).toEqual({ bytes: bytes(2), encoding: 'gzip' });
    await file('a', 3);
    expect(await store.get('a')).toEqual({ bytes: bytes(3), encoding: undefined });
  });

  it('finds files by their exact name too, as plain bytes', async () => {
    await file('notes.txt.gz', 1);
    expect(await folderStore(root).get('notes.txt.gz')).toEqual({ bytes: bytes(1), encoding: undefined });
  });

  it('lists each file under one name by which it is found', async () => {
    for (const name of [
      'x.nii.gz',
      'y.tar.gz',
      '0-64_0-64_0-64.gz',
      'c.br',
      'c.gz',
      'd',
      'd.gz',
      '.gz',
      'e/.br',
    ])
      await file(name, ...Buffer.from(name));
    const store = folderStore(root);
    const keys = await keysOf(store);
    expect(keys).toEqual([
      '.gz',
      '0-64_0-64_0-64',
      'c',
      'c.br',
      'd',
      'd.gz',
      'e/.br',
      'x.nii.gz',
      'y.tar.gz',
    ]);
    const contents = await Promise.all(keys.map(async (key) => Buffer.from((await store.get(key))!.bytes)));
    expect(new Set(contents.map(String))).toEqual(
      new Set(['x.nii.gz', 'y.tar.gz', '0-64_0-64_0-64.gz', 'c.br', 'c.gz', 'd', 'd.gz', '.gz', 'e/.br']),
    );
  });

  it('refuses to compress an object whose name would become that of an archive', async () => {
    const put = folderStore(root).put('brain.nii', bytes(1), { encoding: 'gzip' });
    await expect(put).rejects.toMatchObject({ kind: 'bad-key' });
    await expect(put).rejects.toThrow(/Store it as brain\.nii\.gz without an encoding/);
  });

  it('follows links, but never round in circles or to nowhere', async () => {
    await file('real/a/b', 1);
    await symlink(join(root, 'real'), join(root, 'linked'));
    await symlink(join(root, 'real'), join(root, 'real/a/circle'));
    await symlink(join(root, 'nowhere'), join(root, 'dangling'));
    expect(await keysOf(folderStore(root))).toEqual(['linked/a/b', 'real/a/b']);
    expect(await folderStore(root).get('dangling')).toBeUndefined();
  });

  it('reads many short rows of a plane with their own values', async () => {
    const plane = Uint16Array.from({ length: 300 * 200 }, (_, index) => (index * 31) % 65_521);
    await writeFile(join(root, 'plane.tif'), plane);
    const rows = Array.from({ length: 200 }, (_, y) => {
      const start = (y * 300 + 100) * 2;
      return { start, end: start + 80 };
    });
    const read = await folderStore(root).getRanges('plane.tif', rows);
    for (const [y, row] of read!.entries())
      expect(new Uint16Array(row.slice().buffer)).toEqual(plane.slice(y * 300 + 100, y * 300 + 140));
  });
});

describe('a crash of the writer', () => {
  const deadProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid;

  it('leaves a temporary file that no list shows', async () => {
    await file(`a/${temporaryPrefix()}0011`, 1);
    await file('a/b', 1);
    expect(await keysOf(folderStore(root))).toEqual(['a/b']);
  });

  it('is cleaned up by the next writer of the folder, who leaves those of running processes alone', async () => {
    const running = `${temporaryPrefix()}0011`;
    const dead = running.replace(`-${process.pid}-`, `-${deadProcess()}-`);
    const elsewhere = '.cloudreg-put-00000000-1-22';
    for (const name of [running, dead, elsewhere]) await file(`a/${name}`, 1);
    await folderStore(root).put('a/b', bytes(1));
    expect((await readdir(join(root, 'a'))).sort()).toEqual([elsewhere, running, 'b'].sort());
  });
});

describe('what stands in the way of a folder store', () => {
  it('names a file where a folder is needed', async () => {
    await file('output', 1);
    const put = folderStore(join(root, 'output')).put('CHN00/info', bytes(1));
    await expect(put).rejects.toMatchObject({ name: 'StoreError', kind: 'not-a-folder', permanent: true });
    await expect(put).rejects.toThrow(`${root}/output/CHN00/info: cannot write: `);
    await expect(keysOf(folderStore(join(root, 'output')))).rejects.toThrow('a part of this path is a file');
  });

  it('names a folder where a file is needed, and leaves nothing behind', async () => {
    await mkdir(join(root, 'info/x'), { recursive: true });
    await expect(folderStore(root).put('info', bytes(1))).rejects.toMatchObject({ kind: 'not-a-folder' });
    expect(await readdir(root)).toEqual(['info']);
  });

  it('says that a name is too long', async () => {
    await expect(folderStore(root).put('n'.repeat(300), bytes(1))).rejects.toMatchObject({ kind: 'bad-key' });
    expect(await readdir(root)).toEqual([]);
  });

  // Whoever runs as root may write anywhere.
  it.skipIf(process.getuid?.() === 0)('says that permission is denied', async () => {
    await file('closed/a', 1);
    await chmod(join(root, 'closed'), 0o555);
    const store = folderStore(root);
    await expect(store.put('closed/b', bytes(1))).rejects.toMatchObject({ kind: 'denied' });
    await expect(store.delete(['closed/a'])).rejects.toThrow(/a: cannot delete: permission denied/);
    await chmod(join(root, 'closed'), 0o755);
  });

  it.each([1000, 4095, 4096, 5000])('reads rows %i bytes apart, as far as the file goes', async (stride) => {
    const [count, width] = [700, 33];
    const content = Uint8Array.from({ length: stride * count }, (_, at) => at % 251);
    await writeFile(join(root, 'plane'), content);
    const read = async (start: number) => {
      const into = new Uint8Array(count * width);
      const filled = await folderStore(root).getRows('plane', { start, bytes: width, stride, count }, into);
      return { filled, into };
    };
    const whole = await read(7);
    expect(whole.filled).toBe(count * width);
    const differs = whole.into.findIndex(
      (value, at) => value !== content[7 + Math.floor(at / width) * stride + (at % width)],
    );
    expect(differs).toBe(-1);
    // The last row ends 8 bytes behind the file's end; then it is not there at all.
    expect((await read(stride - width + 8)).filled).toBe(count * width - 8);
    expect((await read(stride + 7)).filled).toBe((count - 1) * width);
  });

  it('never touches an object when a delete is refused for another key', async () => {
    await file('a', 1);
    await expect(folderStore(root).delete(['a', '../b'])).rejects.toMatchObject({ kind: 'bad-key' });
    expect(await readFile(join(root, 'a'))).toHaveLength(1);
  });
});
