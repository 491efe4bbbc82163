/** Which blocks `apply` works on, and what one asks of the machine: functions of the plan alone. */
import type { Needs } from '../../../shared/engine/step.ts';
import type { Box } from '../../../shared/geometry/box.ts';
import { lightBytes } from '../../../shared/illumination/planes.ts';
import { type Blocks, planBlocks } from '../../../shared/volume/blocks.ts';
import { encoderBytes } from '../../../shared/volume/codecs/image-encoder.ts';
import { CHUNKS_IN_READING } from '../../../shared/volume/open-volume.ts';
import { bytesPerVoxel, chunkBytes } from '../../../shared/volume/scales.ts';
import { pyramidPasses } from '../../output-volume.ts';
import type { CorrectionPlan } from './correction-plan.ts';

export interface ApplyTask {
  readonly blocks: Blocks;
  /** Voxels of the source mip, from its corner. */
  readonly block: Box;
  /** Also writes the volume's `info`. */
  readonly isFirst: boolean;
}

/** A layer of 512 x 512 x 64, as in fusion: so the passes that follow are those of a run. */
const LAYER_VOXELS = 2 ** 24;

/** None where nothing is to be applied. */
export function applyPasses(plan: CorrectionPlan | undefined): readonly Blocks[] {
  if (plan === undefined || plan.decision === 'none') return [];
  return [planBlocks(plan.mips, 0, LAYER_VOXELS), ...pyramidPasses(plan.mips)];
}

/** Of the largest pass: layers of chunks as they are read and as they are written, float planes, and chunks on their way. */
export function applyNeeds({ plan }: { readonly plan: CorrectionPlan | undefined }): Needs {
  const passes = applyPasses(plan).map(({ sourceMip, blockSize: [x, y, z] }) => {
    const source = plan!.mips[sourceMip]!;
    const { chunkSize, dataType } = source;
    const bytes = bytesPerVoxel(dataType);
    const layer = x * y * Math.min(z, chunkSize[2]) * bytes;
    return {
      bytes:
        layer * LAYERS +
        x * y * (PLANES * 4 + 2 * bytes) +
        chunkSize[0] * chunkSize[1] * bytes +
        CHUNKS_IN_READING * chunkBytes(source) +
        encoderBytes(chunkBytes(source)) +
        lightBytes(x, y),
      voxels: x * y * z,
    };
  });
  return {
    memoryMiB: Math.ceil(Math.max(0, ...passes.map(({ bytes }) => bytes)) / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: Math.ceil(Math.max(0, ...passes.map(({ voxels }) => voxels)) / VOXELS_A_SECOND),
  };
}

/** The one that is read, the one that is written, and a third as much for all mips below. */
const LAYERS = 2.4;
const PLANES = 4;
const VOXELS_A_SECOND = 25e6;
/** A thread with its JavaScript heap. */
const RUNTIME_MIB = 96;
