import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
// @ts-expect-error: a script, in plain JavaScript
import { forgetUnlessThere as untyped } from '../../scripts/compiled.js';
import { inFolder } from '../end-to-end/binary.ts';

const forgetUnlessThere = untyped as (notes: string, sources: string, outputs: string) => void;

it('all is compiled again where anything that was compiled before is not there any more', () =>
  inFolder(async (folder) => {
    const [notes, outputs] = [join(folder, 'cache/notes'), join(folder, 'dist')];
    const made = ['.js', '.js.map', '.d.ts'].map((end) => join(outputs, `shared/in-parallel${end}`));
    const areKept = (text: string): boolean => {
      mkdirSync(join(folder, 'cache'), { recursive: true });
      mkdirSync(join(outputs, 'shared'), { recursive: true });
      writeFileSync(notes, text);
      forgetUnlessThere(notes, folder, outputs);
      return existsSync(notes);
    };
    const fileNames = ['../shared/in-parallel.ts', '../test/dynalite.d.ts', '../node_modules/zod/index.ts'];
    const text = JSON.stringify({ fileNames });
    expect(areKept(text)).toBe(false);
    for (const file of made) writeFileSync(file, '');
    expect(areKept(text)).toBe(true);
    for (const file of made) {
      rmSync(file);
      expect(areKept(text)).toBe(false);
      writeFileSync(file, '');
    }
    rmSync(outputs, { recursive: true });
    expect(areKept(text)).toBe(false);
    // The compiler itself sees that these are no notes.
    expect(areKept(text.slice(0, 20))).toBe(true);
  }));
