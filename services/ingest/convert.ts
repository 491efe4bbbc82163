/**
 * ingest.convert: images and labels of other formats as a precomputed volume.
 * Reads the input and the plan that `inspect` made of it. A task is a block of the finest scale, which it writes together
 * with every scale that the block closes; then, pass after pass, of the last scale that was stored. Where planes are too
 * large for memory, can be read forwards only, or are turned, a pass before copies them into bricks, and one behind takes
 * these away.
 * Writes the volume at the output's root; the input is only read.
 */
import { optionalFile } from '../../shared/engine/step.ts';
import { defineStep } from '../step.ts';
import { removeBricks } from './conversion/bricks.ts';
import { writeClippedVoxels } from './conversion/clipped-voxels.ts';
import { isStreamed } from './conversion/conversion-blocks.ts';
import { conversionNeeds, passCount, tasksOf, voxelsOf } from './conversion/conversion-geometry.ts';
import { conversionPlanFile } from './conversion/conversion-plan.ts';
import { withImageSource } from './conversion/conversion-source.ts';
import { describeConverted } from './conversion/describe-converted.ts';
import { makeBricks } from './conversion/make-bricks.ts';
import { streamBlock } from './conversion/stream-block.ts';
import { convertWholeBlock } from './conversion/whole-block.ts';

export const convert = defineStep({
  service: 'ingest',
  name: 'convert',
  waitsFor: ['ingest.inspect'],
  reads: { plan: optionalFile(conversionPlanFile) },
  needs: conversionNeeds,
  passes: ({ plan }) => passCount(plan),
  plan: ({ plan }, pass) => tasksOf(plan, pass),
  voxels: (task, { plan }) => voxelsOf(task, plan),
  run: async (task, { inputs: { plan: optional, parameters }, store, source, countRead = () => {} }) => {
    const plan = optional!;
    if (task.kind === 'tidy') return removeBricks(plan, store);
    if (task.kind === 'bricks') {
      const cut = await withImageSource(plan, countRead, (image) => makeBricks(plan, task, image, store));
      return writeClippedVoxels(store, `planes-${task.start}`, cut);
    }
    if (task.isFirst) await describeConverted(store, plan, parameters);
    const places = { source, store, countRead, compression: parameters.compress };
    const cut = await (isStreamed(plan) ? streamBlock : convertWholeBlock)(plan, task, places);
    await writeClippedVoxels(store, `block-${task.block.start.join('_')}`, cut);
  },
});
