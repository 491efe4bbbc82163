/**
 * registration.initialise: where the atlas lies on the sample, as a first affine map.
 * Reads the preview of the channel that shows the tissue, or the job's own volume, and the atlas; one task, none without
 * --orientation; writes `registration/initial.json`, an overlay of contours to look at, and a Neuroglancer state.
 */
import { placementFile } from '../../shared/acquisition/placement.ts';
import { writeFile } from '../../shared/engine/files.ts';
import { optionalFile } from '../../shared/engine/step.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { initialFile } from '../../shared/registration/files/registration-files.ts';
import { defineStep } from '../step.ts';
import { makeInitial } from './initialise/make-initial.ts';
import { levelMiB, levelVoxels } from './needs.ts';
import { isRegistered } from './orientations.ts';

/** Sums and counts while sample and atlas are read, then their values and weights. */
const BYTES_PER_VOXEL = 60;

export const initialise = defineStep({
  service: 'registration',
  name: 'initialise',
  waitsFor: ['stitching.preview'],
  reads: { placement: optionalFile(placementFile) },
  needs: ({ placement, parameters }) => ({
    memoryMiB: levelMiB(levelVoxels(parameters, placement && extentOf(placement)), BYTES_PER_VOXEL),
    threads: 1,
    seconds: 20,
  }),
  plan: ({ parameters }) => ({ count: isRegistered(parameters) ? 1 : 0, task: () => null }),
  run: async (_, { inputs, store, source }) => {
    await writeFile(store, initialFile, await makeInitial(inputs.parameters, store, source));
  },
});

const extentOf = ({ size: n, voxelSizeUm: d }: { readonly size: Vec3; readonly voxelSizeUm: Vec3 }): Vec3 => [
  n[0] * d[0],
  n[1] * d[1],
  n[2] * d[2],
];
