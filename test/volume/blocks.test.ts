import { describe, expect, it } from 'vitest';
import { boxSize, type Vec3 } from '../../shared/geometry/box.ts';
import {
  type Blocks,
  blockBox,
  blockCount,
  factorBetween,
  type MipShape,
  planBlocks,
  widenBlocks,
} from '../../shared/volume/blocks.ts';

const halveXy: Vec3 = [2, 2, 1];
const halveAll: Vec3 = [2, 2, 2];

function mipsOf(sizeVoxels: Vec3, chunkSize: Vec3, factors: readonly Vec3[]): MipShape[] {
  const mips: MipShape[] = [{ sizeVoxels, chunkSize, factorFromPrevious: [1, 1, 1] }];
  for (const factor of factors) {
    const [x, y, z] = mips.at(-1)!.sizeVoxels;
    const size: Vec3 = [Math.ceil(x / factor[0]), Math.ceil(y / factor[1]), Math.ceil(z / factor[2])];
    mips.push({ sizeVoxels: size, chunkSize, factorFromPrevious: factor });
  }
  return mips;
}

/** Every chunk of every closed mip lies whole in one block. */
function expectClosed(mips: readonly MipShape[], blocks: Blocks): void {
  for (let mip = blocks.sourceMip; mip <= blocks.lastMip; mip++) {
    const factor = factorBetween(mips, blocks.sourceMip, mip);
    for (const axis of [0, 1, 2] as const) {
      const covers = blocks.blockSize[axis] >= mips[blocks.sourceMip]!.sizeVoxels[axis];
      const whole = blocks.blockSize[axis] % (mips[mip]!.chunkSize[axis] * factor[axis]) === 0;
      expect(covers || whole, `mip ${mip}, axis ${axis} of ${JSON.stringify(blocks)}`).toBe(true);
    }
  }
}

describe('blocks of work', () => {
  it('hold 1024 x 1024 x 64 voxels and close four mips of the default chunks', () => {
    const mips = mipsOf([20000, 14000, 1200], [128, 128, 64], Array(8).fill(halveXy));
    const blocks = planBlocks(mips, 0, 2 ** 26);
    expect(blocks).toMatchObject({ blockSize: [1024, 1024, 64], lastMip: 3, grid: [20, 14, 19] });
    expectClosed(mips, blocks);
  });

  it('close every mip of a volume that fits one block', () => {
    const mips = mipsOf([459, 352, 19], [128, 128, 64], [halveXy, halveAll]);
    expect(planBlocks(mips, 0, 2 ** 26)).toMatchObject({
      blockSize: [459, 352, 19],
      lastMip: 2,
      grid: [1, 1, 1],
    });
  });

  it('take several planes at once where chunks are one plane thick', () => {
    const mips = mipsOf([600, 500, 100], [1024, 1024, 1], [halveXy]);
    expect(planBlocks(mips, 0, 2 ** 26).blockSize).toEqual([600, 500, 16]);
  });

  it('go as deep as the mips that halve z ask for: only a layer of chunks is held', () => {
    const mips = mipsOf([20000, 14000, 1200], [128, 128, 64], [halveXy, halveAll, halveAll]);
    expect(planBlocks(mips, 0, 2 ** 24)).toMatchObject({ blockSize: [512, 512, 128], lastMip: 2 });
  });

  it('close the next mip at least where the caller asks for progress', () => {
    const mips = mipsOf([20000, 14000, 1200], [512, 512, 512], [halveAll]);
    expect(planBlocks(mips, 0, 2 ** 20).lastMip).toBe(0);
    expect(planBlocks(mips, 0, 2 ** 20, 1).lastMip).toBe(1);
  });

  it('tile the volume exactly, whatever its size', () => {
    for (const size of [
      [1, 1, 1],
      [129, 2000, 65],
      [1025, 1023, 130],
    ] as const) {
      const mips = mipsOf(size, [64, 32, 16], [halveXy, halveAll, halveAll]);
      for (const blocks of [
        planBlocks(mips, 0, 2 ** 18),
        widenBlocks(planBlocks(mips, 0, 2 ** 18), mips, [3, 2]),
      ]) {
        expectClosed(mips, blocks);
        let voxels = 0;
        for (let index = 0; index < blockCount(blocks); index++) {
          const [x, y, z] = boxSize(blockBox(blocks, size, index));
          expect(Math.min(x, y, z)).toBeGreaterThan(0);
          voxels += x * y * z;
        }
        expect(voxels).toBe(size[0] * size[1] * size[2]);
      }
    }
  });
});
