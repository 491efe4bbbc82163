/**
 * ingest.inspect: what a conversion is to make, from the headers of its input.
 * Reads the input (a folder of planes, a file, or a precomputed volume; no voxels); one task; writes `conversion.json`.
 * No task in a job that converts nothing.
 */
import { writeFile } from '../../shared/engine/files.ts';
import { defineStep } from '../step.ts';
import { conversionPlanFile } from './conversion/conversion-plan.ts';
import { planConversion } from './conversion/make-plan.ts';

export const inspect = defineStep({
  service: 'ingest',
  name: 'inspect',
  waitsFor: [],
  reads: {},
  needs: () => ({ memoryMiB: 128, threads: 1, seconds: 5 }),
  plan: ({ parameters }) => ({ count: parameters.conversion === undefined ? 0 : 1, task: () => null }),
  run: async (_, { inputs: { parameters }, store, source }) =>
    writeFile(store, conversionPlanFile, await planConversion(source, parameters, parameters.conversion!)),
});
