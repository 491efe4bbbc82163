/** The survey's kernels add and count what their plain twins do, and touch nothing else. */
import { expect, it } from 'vitest';
import { loadKernels } from '../../shared/kernels/kernels.ts';
import { countValues } from '../../shared/kernels/oracles/survey/count-values.ts';
import { addBlockSums } from '../../shared/numerics/block-sums.ts';
import { anyLength, forSeeds, whole } from './cases.ts';

const kernels = loadKernels();
type Integers = Uint8Array | Uint16Array;

function fill(pixels: Integers, random: () => number): void {
  const most = pixels instanceof Uint8Array ? 256 : 65_536;
  // Some planes hold one value: every pixel goes to the same bin, sums are the largest there are.
  const same = random() < 0.2;
  for (let i = 0; i < pixels.length; i++) pixels[i] = same ? most - 1 : whole(random, most);
}

it.each(['uint8', 'uint16'] as const)('blocks of %s pixels are added as the twin says', (type) => {
  forSeeds(300, ({ random, label }) => {
    const [width, height] = [anyLength(random), whole(random, 40)];
    const block = 1 + whole(random, random() < 0.5 ? 9 : 400);
    const blocks = Math.ceil(width / block) * Math.ceil(height / block);
    const start = whole(random, 4);
    const buffers = kernels.layout({
      plane: { type, length: start + width * height },
      row: { type: 'int32', length: width + 4 },
      sums: { type: 'float64', length: blocks + 2 },
    });
    const plane = buffers.plane.subarray(start) as Integers;
    fill(plane, random);
    buffers.row.fill(7);
    for (let i = 0; i < buffers.sums.length; i++) buffers.sums[i] = whole(random, 1000);
    const twin = buffers.sums.slice();
    addBlockSums(plane, width, height, block, twin);
    kernels.addBlockSums(plane, width, height, block, buffers.row, buffers.sums);
    expect([...buffers.sums], label).toEqual([...twin]);
    expect([...buffers.row.subarray(width)], label).toEqual([7, 7, 7, 7]);
  });
});

it('sums of the largest blocks do not overflow', () => {
  const [width, height] = [300, 300];
  const { plane, row, sums } = kernels.layout({
    plane: { type: 'uint16', length: width * height },
    row: { type: 'int32', length: width },
    sums: { type: 'float64', length: 1 },
  });
  plane.fill(65_535);
  kernels.addBlockSums(plane, width, height, 300, row, sums);
  expect(sums[0]).toBe(65_535 * width * height);
});

it.each([
  ['uint8', 256],
  ['uint16', 65_536],
] as const)('values of %s pixels are counted as the twin says', (type, bins) => {
  forSeeds(type === 'uint8' ? 150 : 30, ({ random, label }) => {
    const start = whole(random, 4);
    const buffers = kernels.layout({
      plane: { type, length: start + anyLength(random) },
      counts: { type: 'int32', length: 4 * bins + 4 },
    });
    const plane = buffers.plane.subarray(start) as Integers;
    fill(plane, random);
    const twin = buffers.counts.slice();
    for (let turn = 0; turn < 2; turn++) {
      countValues(plane, twin);
      kernels.countValues(plane, buffers.counts);
    }
    expect(
      Buffer.compare(
        Buffer.from(buffers.counts.buffer, buffers.counts.byteOffset, buffers.counts.byteLength),
        Buffer.from(twin.buffer),
      ),
      label,
    ).toBe(0);
  });
});

it('refuse what does not fit', () => {
  const { plane, row, sums } = kernels.layout({
    plane: { type: 'uint16', length: 12 },
    row: { type: 'int32', length: 4 },
    sums: { type: 'float64', length: 2 },
  });
  const add = (width: number, height: number, block: number) => () =>
    kernels.addBlockSums(plane, width, height, block, row, sums);
  expect(add(4, 3, 2)).toThrow('sums has 2 values, expected at least 4');
  expect(add(4, 4, 4)).toThrow('plane has 12 values, expected at least 16');
  expect(add(6, 2, 6)).toThrow('row has 4 values, expected at least 6');
  expect(add(4, 3, 0)).toThrow('blocks of 0 pixels');
  expect(() => kernels.countValues(plane, row)).toThrow('counts has 4 values, expected at least 262144');
});
