/**
 * illumination-correction.apply: an even copy of the volume that the job begins with.
 * Reads that volume, the plan and the field that `estimate` wrote; a task is a block: in the first pass of the finest
 * scale, which it corrects together with every scale that the block closes, then, pass after pass, of the last scale that
 * was stored. Writes the volume at the output's root; the source is only read. No tasks where the field is not to be
 * applied, and in a run, where fusion applies it.
 */
import { PermanentError } from '../../shared/engine/errors.ts';
import { optionalFile } from '../../shared/engine/step.ts';
import { boxVolume } from '../../shared/geometry/box.ts';
import { writeClipped } from '../../shared/illumination/clipped.ts';
import { illuminationFieldFile, readIllumination } from '../../shared/illumination/files.ts';
import { withKernels } from '../../shared/kernels/lend-kernels.ts';
import { blockBox, blockCount } from '../../shared/volume/blocks.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { shrinkBlock } from '../../shared/volume/shrink-block.ts';
import { defineStep } from '../step.ts';
import { type ApplyTask, applyNeeds, applyPasses } from './apply/apply-geometry.ts';
import { correctionPlanFile } from './apply/correction-plan.ts';
import { describeCorrected } from './apply/describe-corrected.ts';

export const apply = defineStep({
  service: 'illumination-correction',
  name: 'apply',
  waitsFor: ['illumination-correction.estimate'],
  reads: { plan: optionalFile(correctionPlanFile) },
  needs: applyNeeds,
  passes: ({ plan }) => Math.max(1, applyPasses(plan).length),
  plan: ({ plan }, pass) => {
    const blocks = applyPasses(plan)[pass];
    return {
      count: blocks === undefined ? 0 : blockCount(blocks),
      task: (index): ApplyTask => ({
        blocks: blocks!,
        block: blockBox(blocks!, plan!.mips[blocks!.sourceMip]!.sizeVoxels, index),
        isFirst: pass === 0 && index === 0,
      }),
    };
  },
  voxels: ({ block }) => boxVolume(block),
  run: async ({ blocks, block, isFirst }, { inputs: { plan, parameters }, store, source }) => {
    const { mips } = plan!;
    const { sourceMip, lastMip } = blocks;
    const isCorrecting = sourceMip === 0;
    if (isFirst) await describeCorrected(store, plan!, parameters);
    const illumination = isCorrecting ? await readIllumination(store, 'volume') : undefined;
    if (isCorrecting && illumination === undefined)
      throw new PermanentError(
        `${illuminationFieldFile('volume').key} is not to be applied, or gone: use --redo.`,
      );
    const volume = await openVolume(isCorrecting ? source : store);
    const { compress: compression } = parameters;
    const firstMip = isCorrecting ? 0 : sourceMip + 1;
    const target = { store, folder: '', compression, mips, sourceMip, firstMip, lastMip, box: block };
    const clipped = await withKernels((kernels) => shrinkBlock({ kernels, volume, target, illumination }));
    await writeClipped(store, 'volume', block, clipped);
  },
});
