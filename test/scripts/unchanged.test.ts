import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
// @ts-expect-error: a script, in plain JavaScript
import { unlessUnchanged as untyped } from '../../scripts/unchanged.js';
import { inFolder } from '../end-to-end/binary.ts';

interface Made {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly notes: string;
}
const unlessUnchanged = untyped as (name: string, made: Made, make: () => void) => Promise<void>;

it('a part of the build is made again where its sources, or what it made, are others', () =>
  inFolder(async (folder) => {
    const [sources, source, output] = [join(folder, 'in'), join(folder, 'in/a'), join(folder, 'out')];
    let times = 0;
    const made = { inputs: [sources], outputs: [output], notes: join(folder, 'notes') };
    const timesMade = async (): Promise<number> => {
      await unlessUnchanged('part', made, () => {
        times += 1;
        writeFileSync(output, 'made');
      });
      return times;
    };
    mkdirSync(sources);
    writeFileSync(source, 'one');
    expect(await timesMade()).toBe(1);
    expect(await timesMade()).toBe(1);
    writeFileSync(source, 'two');
    expect(await timesMade()).toBe(2);
    writeFileSync(join(sources, 'b'), '');
    expect(await timesMade()).toBe(3);
    writeFileSync(output, 'made by another hand');
    expect(await timesMade()).toBe(4);
    expect(await timesMade()).toBe(4);
  }));
