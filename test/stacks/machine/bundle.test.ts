import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error: a script, in plain JavaScript
import { tarOf as untypedTarOf } from '../../../scripts/tar.js';
import { writeSmallAcquisition } from '../../end-to-end/small-acquisition.ts';
import { runsAll } from '../../long.ts';

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isProgram: boolean;
}
const tarOf = untypedTarOf as (files: readonly File[]) => Iterable<Uint8Array>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudreg-bundle-test-'));
});
// Thousands of files, where it was a bundle.
afterEach(() => rmSync(folder, { recursive: true }), 120_000);

const file = (name: string, text: string, isProgram = false): File => ({
  name,
  bytes: Buffer.from(text),
  isProgram,
});
const long = `${'folder/'.repeat(20)}name.js`;
const FILES = [
  file('b', 'second'),
  file('a/empty', ''),
  file(long, 'x'.repeat(513)),
  file('run', '#!/bin/sh', true),
];

describe('the tar of a bundle', () => {
  it('is one that tar reads, with every byte and the right to run', () => {
    writeFileSync(join(folder, 'a.tar'), Buffer.concat([...tarOf(FILES)]));
    execFileSync('tar', ['xf', 'a.tar'], { cwd: folder });
    for (const { name, bytes } of FILES) expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
    const listed = execFileSync('tar', ['tvf', 'a.tar', '--utc'], { cwd: folder, encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listed.map((line) => line.split(/\s+/).at(-1))).toEqual(['a/empty', 'b', long, 'run']);
    for (const line of listed) expect(line).toContain('1970-01-01 00:00');
    expect(listed.at(-1)).toMatch(/^-rwxr-xr-x 0\/0/);
    expect(listed[0]).toMatch(/^-rw-r--r-- 0\/0/);
  });

  it('is the same in whatever order the files come', () => {
    const one = Buffer.concat([...tarOf(FILES)]);
    expect(Buffer.concat([...tarOf(FILES.toReversed())]).equals(one)).toBe(true);
  });

  it('takes no name that it cannot hold', () => {
    expect(() => [...tarOf([file('n'.repeat(101), '')])]).toThrow(/longer/);
  });
});

const isWanted = runsAll && existsSync('dist/program/main.js');

describe.skipIf(!isWanted)(
  'the bundle (with CLOUDREG_TEST_ALL=1, after a build: it installs packages)',
  () => {
    it('runs from a fresh folder, and is the same twice', { timeout: 900_000 }, () => {
      const make = (out: string) =>
        execFileSync('node', ['scripts/bundle.js', '--out', join(folder, out)], { encoding: 'utf8' }).trim();
      const sum = make('a.tar.gz');
      expect(sum).toBe(
        createHash('sha256')
          .update(readFileSync(join(folder, 'a.tar.gz')))
          .digest('hex'),
      );
      expect(make('b.tar.gz')).toBe(sum);
      const program = join(folder, 'program');
      mkdirSync(program);
      execFileSync('tar', ['xzf', '../a.tar.gz'], { cwd: program });
      for (const name of ['@img/sharp-linux', '@img/sharp-libvips-linux', '@libsql/linux'])
        for (const cpu of name.startsWith('@libsql') ? ['x64-gnu', 'arm64-gnu'] : ['x64', 'arm64'])
          expect(existsSync(join(program, 'node_modules', `${name}-${cpu}`))).toBe(true);
      const cloudreg = (...words: string[]) =>
        execFileSync('node', [join(program, 'dist/program/main.js'), ...words], {
          cwd: folder,
          encoding: 'utf8',
        });
      expect(cloudreg('--version')).toBe(`${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`);
      writeSmallAcquisition(join(folder, 'acquisition'));
      cloudreg('run', 'acquisition', 'volume', '--workers', '2', '--until', 'fuse');
      expect(cloudreg('verify', 'volume')).toContain('all sound');
    });
  },
);
