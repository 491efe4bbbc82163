/**
 * stitching.align: how far neighbours really are from each other.
 * Reads the acquisition and, in a few layers of planes, the borders of its tiles in one channel. First pass: one task, the
 * camera's noise (`noise.json`). Second pass: a task is a pair of neighbours in one layer, or all pairs of a block of tiles
 * where planes are compressed; writes `pair-AAA-BBB-layer-N.json` of each, candidates that `stitching.place` judges.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { openPlanes } from '../../shared/acquisition/plane-reader.ts';
import { readFile, writeFile } from '../../shared/engine/files.ts';
import type { Plan, TaskContext } from '../../shared/engine/step.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { withKernels } from '../../shared/kernels/lend-kernels.ts';
import { defineStep } from '../step.ts';
import { openCorrelator } from './alignment/workspace.ts';
import { alignGroup } from './overlaps/align-group.ts';
import { alignmentNeeds } from './overlaps/alignment-needs.ts';
import { type AlignmentInputs, type AlignmentPlan, alignmentPlan } from './overlaps/alignment-plan.ts';
import { measureNoise, noiseFile } from './overlaps/noise-samples.ts';
import { stripArea } from './overlaps/overlap-pairs.ts';
import type { PairGroup } from './overlaps/pair-groups.ts';
import { pairLayerFile } from './overlaps/pair-layer-file.ts';

type AlignTask =
  | { readonly kind: 'noise'; readonly plan: AlignmentPlan }
  | {
      readonly kind: 'pairs';
      readonly plan: AlignmentPlan;
      readonly group: PairGroup;
      readonly layer: number;
    };

export const align = defineStep({
  service: 'stitching',
  name: 'align',
  waitsFor: ['ingest.scan'],
  reads: { acquisition: acquisitionFile },
  needs: alignmentNeeds,
  passes: () => 2,
  plan: (inputs, pass): Plan<AlignTask> => {
    const plan = alignmentPlan(inputs);
    return pass === 0 ? noiseTasks(plan, inputs) : pairTasks(plan);
  },
  voxels: (task, { acquisition }) => (task.kind === 'noise' ? 0 : stripVoxels(task, acquisition.tileSize)),
  run: (task, context) =>
    task.kind === 'noise' ? alignNoise(task.plan, context) : alignPairs(task, context),
});

/** One, though there may be no pairs: placement reports the noise. None where the job is told where its tiles lie. */
const noiseTasks = (plan: AlignmentPlan, { parameters }: AlignmentInputs): Plan<AlignTask> => ({
  count: parameters.placement === 'auto' ? 1 : 0,
  task: () => ({ kind: 'noise', plan }),
});

/** Layers of a group follow each other. */
const pairTasks = (plan: AlignmentPlan): Plan<AlignTask> => ({
  count: plan.groups.length * plan.layers.length,
  task: (index) => ({
    kind: 'pairs',
    plan,
    group: plan.groups[Math.floor(index / plan.layers.length)]!,
    layer: index % plan.layers.length,
  }),
});

/** Of the strips of one side; those of the other are as many. */
function stripVoxels(
  { plan, group, layer }: AlignTask & { readonly kind: 'pairs' },
  [width, height]: Vec3,
): number {
  const { z0, z1 } = plan.layers[layer]!;
  return (z1 - z0) * group.pairs.reduce((sum, pair) => sum + stripArea(pair, [width, height]), 0);
}

type Context = TaskContext<AlignmentInputs>;

async function alignNoise({ channel }: AlignmentPlan, { inputs, store, source }: Context): Promise<void> {
  const { acquisition, parameters } = inputs;
  const reader = openPlanes(source, acquisition);
  await writeFile(store, noiseFile, await measureNoise(reader, acquisition, channel, parameters.strict));
}

async function alignPairs(
  { plan, group, layer }: AlignTask & { readonly kind: 'pairs' },
  { inputs, store, source }: Context,
): Promise<void> {
  const { acquisition, parameters } = inputs;
  const input = {
    group,
    layer: plan.layers[layer]!,
    channel: plan.channel,
    search: plan.search,
    noise: await readFile(store, noiseFile),
    acquisition,
    reader: openPlanes(source, acquisition),
    strict: parameters.strict,
  };
  await withKernels(async (kernels) => {
    const correlator = await openCorrelator(kernels);
    for await (const { pair, file } of alignGroup(correlator, input))
      await writeFile(store, pairLayerFile(pair, layer), file);
  });
}
