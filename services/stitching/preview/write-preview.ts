/** Writes a preview's volume plane by plane while it is assembled, all mips as one block. */
import { previewFolder } from '../../../shared/acquisition/preview.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Kernels, PixelType } from '../../../shared/kernels/kernels.ts';
import { withKernels } from '../../../shared/kernels/lend-kernels.ts';
import { pyramidBuffers, withBlockPyramid } from '../../../shared/volume/block-pyramid.ts';
import { writeVolumeInfo } from '../../../shared/volume/write-volume.ts';
import { assemblePlanes, layerVoxels } from './assemble.ts';
import type { PreviewFrame } from './preview-frame.ts';
import type { PreviewTile } from './preview-tiles.ts';
import type { ReducedCorrection } from './reduced-correction.ts';

export interface PreviewTarget {
  readonly store: ObjectStore;
  readonly channel: number;
  readonly frame: PreviewFrame;
  readonly tiles: readonly PreviewTile[];
  readonly correct: ReducedCorrection;
}

/** Returns the share of voxels that a tile covers. */
export const writePreview = (target: PreviewTarget): Promise<number> =>
  withKernels((kernels) => assembleAndWrite(target, kernels));

async function assembleAndWrite(target: PreviewTarget, kernels: Kernels): Promise<number> {
  const { store, channel, frame } = target;
  const { size, mips } = frame;
  const [width, height, depth] = size;
  const { dataType } = mips[0]!;
  const lastMip = mips.length - 1;
  const plane = { type: 'float32', length: width * height } as const;
  const folder = previewFolder(channel);
  const box = { start: [0, 0, 0], end: size } as const;
  const mipRange = { sourceMip: 0, firstMip: 0, lastMip };
  const block = { store, folder, compression: 'gzip', mips, ...mipRange, box } as const;
  const buffers = kernels.layout({
    mean: plane,
    weight: plane,
    slices: { type: 'float32', length: layerVoxels({ ...target, ...frame }) },
    ...pyramidBuffers(block),
  });
  await writeVolumeInfo(store, folder, mips);
  let covered = 0;
  await withBlockPyramid(block, kernels, buffers, async (push) => {
    for await (const _ of assemblePlanes({ ...target, ...frame, ...buffers })) {
      covered += markCovered(buffers.mean, buffers.weight, dataType);
      await push(buffers.mean);
    }
  });
  return covered / (width * height * depth);
}

/** Lifts what is covered above 0, which is kept for what is not; returns how many voxels are covered. */
function markCovered(mean: Float32Array, weight: Float32Array, dataType: PixelType): number {
  const least = dataType === 'float32' ? 2 ** -149 : 1;
  let covered = 0;
  for (let i = 0; i < mean.length; i++) {
    if (weight[i] === 0) continue;
    mean[i] = Math.max(mean[i]!, least);
    covered += 1;
  }
  return covered;
}
