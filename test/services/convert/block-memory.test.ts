/** What a task of a conversion asks for beside the block itself. */
import { describe, expect, it } from 'vitest';
import { conversionSchema } from '../../../services/conversion-parameters.ts';
import { blockMemoryBytes, blockPasses } from '../../../services/ingest/conversion/conversion-blocks.ts';
import { planConversion } from '../../../services/ingest/conversion/make-plan.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { planScales } from '../../../shared/volume/scales.ts';
import { writeVolumeInfo } from '../../../shared/volume/write-volume.ts';

/** Of a uint16 volume of 128 x 128 x 128 in chunks of 32 x 32 x 32, to chunks of 16 x 16 x 16. */
async function planOf(wishes: { readonly sharded: boolean }) {
  const source = memoryStore();
  const [stored] = planScales({
    sizeVoxels: [128, 128, 128],
    voxelSizeUm: [1, 1, 1],
    chunkSize: [32, 32, 32],
    factor: 'auto',
    mips: 1,
    dataType: 'uint16',
  });
  await writeVolumeInfo(source, '', [stored!]);
  const conversion = conversionSchema.parse(wishes);
  const parameters = { chunkSize: [16, 16, 16], factor: [2, 2, 2], conversion };
  return planConversion(source, jobParameters.parse(parameters), conversion, 2 ** 18);
}

describe('memory of a conversion', () => {
  it('has room for chunks of the input, as stored, unpacked, and in the memory of zstd', async () => {
    const plan = await planOf({ sharded: false });
    const without = { ...plan, inputChunkBytes: 0 };
    const [first, next] = blockPasses(plan);
    expect(blockMemoryBytes(plan, first!) - blockMemoryBytes(without, first!)).toBeCloseTo(10 * 32 ** 3 * 2);
    expect(blockMemoryBytes(plan, next!)).toBe(blockMemoryBytes(without, next!));
  });

  it('has room for the chunks of all mips until their shards are whole, and for what of one is sent', async () => {
    const [plain, plan] = [await planOf({ sharded: false }), await planOf({ sharded: true })];
    const [first, next] = blockPasses(plan);
    const ofShards = (pass: NonNullable<typeof first>): number =>
      blockMemoryBytes(plan, pass) - blockMemoryBytes({ ...plan, mips: plain.mips }, pass);
    // A shard of mip 0 has 4 x 4 x 4 chunks, one of mip 1 an eighth of that.
    const shardBytes = 64 ** 3 * 2;
    expect(first).toMatchObject({ blocks: { blockSize: [64, 64, 64], sourceMip: 0, lastMip: 1 } });
    expect(ofShards(first!)).toBeCloseTo(shardBytes + shardBytes / 8 + shardBytes);
    // Mip 1 was stored before, and is only read.
    expect(next).toMatchObject({ blocks: { blockSize: [64, 64, 64], sourceMip: 1, lastMip: 3 } });
    expect(ofShards(next!)).toBeCloseTo(shardBytes / 8 + shardBytes / 64 + shardBytes / 8);
  });
});
