/** How many chunks the steps that write volumes store: each is a request, and the dearest one. */
import { channelsOf, fusionBlocks, outputMips } from '../../services/output-volume.ts';
import type { JobParameters } from '../../services/parameters.ts';
import type { StepId } from '../../shared/engine/records.ts';
import type { Mip } from '../../shared/volume/scales.ts';
import type { NominalPlan } from './nominal-plan.ts';

/** Undefined for steps that write no volume of the job's. */
export function writtenChunks(id: StepId, plan: NominalPlan): number | undefined {
  if (id !== 'stitching.fuse' && id !== 'downsampling.pyramid') return undefined;
  const { acquisition, placement } = plan;
  const parameters = parametersOf(plan);
  const mips = outputMips(acquisition, placement, parameters);
  const closed = fusionBlocks(mips).lastMip + 1;
  const written = id === 'stitching.fuse' ? mips.slice(0, closed) : mips.slice(closed);
  return channelsOf(acquisition, parameters).length * written.reduce((sum, mip) => sum + chunksOf(mip), 0);
}

const chunksOf = ({ sizeVoxels, chunkSize }: Mip): number =>
  sizeVoxels.reduce((product, size, axis) => product * Math.ceil(size / chunkSize[axis]!), 1);

/** Voxels of mip 0 in all channels. */
export const volumeVoxels = (plan: NominalPlan): number =>
  channelsOf(plan.acquisition, parametersOf(plan)).length *
  plan.placement.size.reduce((product, size) => product * size, 1);

/** As every step is given them. */
export const parametersOf = ({ steps }: NominalPlan): JobParameters => steps[0]!.inputs.parameters;
