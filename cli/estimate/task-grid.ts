/** How a step cuts its work into tasks, in words: by the geometry that the step itself plans with. */
import { channelsOf, outputMips, pyramidPasses } from '../../services/output-volume.ts';
import { fusionGeometry } from '../../services/stitching/fusion/fusion-geometry.ts';
import { alignmentPlan } from '../../services/stitching/overlaps/alignment-plan.ts';
import type { StepId } from '../../shared/engine/records.ts';
import type { Blocks } from '../../shared/volume/blocks.ts';
import { counted } from '../quantities.ts';
import type { NominalPlan } from './nominal-plan.ts';

type Inputs = Parameters<typeof fusionGeometry>[0];
type Channels = Pick<Inputs, 'acquisition' | 'parameters'>;

const GRIDS: Readonly<Record<StepId, (inputs: Inputs) => string>> = {
  'tile-correction.survey': ({ acquisition, parameters }) =>
    `${counted(acquisition.tiles.length, 'tile')} x ${channels({ acquisition, parameters })}`,
  'tile-correction.flat-field': channels,
  'stitching.align': (inputs) => {
    const { groups, layers } = alignmentPlan(inputs);
    return `noise; ${counted(groups.length, 'group')} of pairs x ${counted(layers.length, 'layer')}`;
  },
  'stitching.preview': channels,
  'illumination-correction.estimate': channels,
  'stitching.fuse': (inputs) => {
    const geometry = fusionGeometry(inputs);
    return `${counted(geometry.channels.length, 'channel')} x ${blocksText(geometry.blocks)}`;
  },
  'downsampling.pyramid': ({ acquisition, placement, parameters }) => {
    const passes = pyramidPasses(outputMips(acquisition, placement, parameters));
    const ofChannels = channels({ acquisition, parameters });
    return passes.length === 0
      ? 'none: fusion closes every mip'
      : passes.map((blocks) => `${ofChannels} x ${blocksText(blocks)} of mip ${blocks.sourceMip}`).join('; ');
  },
};

export const gridOf = ({ steps, acquisition, placement }: NominalPlan, step: StepId): string =>
  GRIDS[step]?.({ acquisition, placement, parameters: steps[0]!.inputs.parameters }) ?? 'one task';

function channels({ acquisition, parameters }: Channels): string {
  return counted(channelsOf(acquisition, parameters).length, 'channel');
}

const blocksText = ({ grid, blockSize }: Blocks): string =>
  `${grid.join(' x ')} blocks of ${blockSize.join(' x ')}`;
