/** The pipeline as it would be with one service more. */
import { pipeline as asItIs } from '../../../services/pipeline.ts';
import { defineStep } from '../../../services/step.ts';

const detect = defineStep({
  service: 'cell-detection',
  name: 'detect',
  waitsFor: ['stitching.fuse'],
  reads: {},
  // More memory for a thread than any machine with less has, and tasks of half an hour.
  needs: () => ({ memoryMiB: 6000, threads: 1, seconds: 1800 }),
  plan: () => ({ count: 1, task: () => null }),
  run: async () => {},
});

export const pipeline = { ...asItIs, steps: [...asItIs.steps, detect] };
