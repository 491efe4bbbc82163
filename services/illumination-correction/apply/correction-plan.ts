/** What `apply` is to make of the volume that the job begins with: a function of its `info` and of the decision. */
import { z } from 'zod';
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import type { PixelType } from '../../../shared/kernels/kernels.ts';
import type { StoredMip } from '../../../shared/volume/info.ts';
import { mipShape } from '../../../shared/volume/mip-schema.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { type Mip, planScales } from '../../../shared/volume/scales.ts';

const planSchema = z.object({
  format: z.literal('cloudreg-correction-plan/1'),
  /** URL of the volume that is read. */
  source: z.string(),
  decision: z.enum(['apply', 'none']),
  /** Of the volume that is written, finest first. */
  mips: z.array(
    z.object({
      ...mipShape,
      dataType: z.enum(['uint8', 'uint16', 'float32']),
    }),
  ),
});

export type CorrectionPlan = z.infer<typeof planSchema>;

export const correctionPlanFile: StepFile<CorrectionPlan> = {
  key: '.cloudreg/illumination-correction/volume.json',
  schema: planSchema,
};

export async function writeCorrectionPlan(
  store: ObjectStore,
  source: ObjectStore,
  decision: CorrectionPlan['decision'],
): Promise<void> {
  const { mips } = await openVolume(source);
  await writeFile(store, correctionPlanFile, {
    format: 'cloudreg-correction-plan/1',
    source: source.url,
    decision,
    mips: correctedMips(mips).map(({ voxelOffset = [0, 0, 0], ...mip }) => ({
      key: mip.key,
      sizeVoxels: [...mip.sizeVoxels],
      resolutionNm: [...mip.resolutionNm],
      factorFromPrevious: [...mip.factorFromPrevious],
      chunkSize: [...mip.chunkSize],
      voxelOffset: [...voxelOffset],
      dataType: mip.dataType,
    })),
  });
}

/** The scales of the source, keys and chunks included, where each is a halving of the one before; else planned anew. */
export function correctedMips(source: readonly StoredMip[]): readonly Mip[] {
  const finest = source[0]!;
  // Checked before: one of the three.
  const dataType = finest.dataType as PixelType;
  if (source.every((mip, level) => level === 0 || isHalvingOf(mip, source[level - 1]!)))
    return source.map((mip) => ({ ...mip, dataType }));
  const planned = planScales({
    sizeVoxels: finest.sizeVoxels,
    voxelSizeUm: per((axis) => finest.resolutionNm[axis] / 1000),
    chunkSize: finest.chunkSize,
    factor: 'auto',
    mips: 'auto',
    dataType,
  });
  return withOffsets(planned, finest.voxelOffset);
}

function isHalvingOf({ factorFromPrevious: factor, sizeVoxels }: StoredMip, finer: StoredMip): boolean {
  const isHalving = factor[0] === 2 && factor[1] === 2 && (factor[2] === 1 || factor[2] === 2);
  return (
    isHalving && sizeVoxels.every((size, axis) => size === Math.ceil(finer.sizeVoxels[axis]! / factor[axis]!))
  );
}

function withOffsets(mips: readonly Mip[], offset: Vec3): readonly Mip[] {
  let voxelOffset = offset;
  return mips.map((mip) => {
    voxelOffset = per((axis) => Math.floor(voxelOffset[axis] / mip.factorFromPrevious[axis]));
    return { ...mip, voxelOffset };
  });
}

const per = (of: (axis: 0 | 1 | 2) => number): Vec3 => [of(0), of(1), of(2)];
