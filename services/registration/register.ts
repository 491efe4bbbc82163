/**
 * registration.register: the atlas brought onto the sample, from the first pose on.
 * Reads `registration/initial.json` and the images it names; one task with many threads, none without --orientation;
 * writes a checkpoint after every round and every two minutes, then `registration/transform/`, the report, and the list
 * of volumes that `registration.transform` carries over.
 */
import { optionalFile } from '../../shared/engine/step.ts';
import { initialFile } from '../../shared/registration/files/registration-files.ts';
import { extentOf } from '../../shared/registration/files/space.ts';
import { defineStep } from '../step.ts';
import { levelMiB, levelVoxels } from './needs.ts';
import { isRegistered } from './orientations.ts';
import { finishRegistration } from './register/finish-registration.ts';
import { playRegistration } from './register/play-registration.ts';

/** More gain little at 100 um: sums and the small transforms wait for each other. */
const THREADS = 4;
/** J, weights, prediction and its rise, contrast, pulls; and the atlas. */
const BYTES_PER_VOXEL = 110;
/** Velocities, displacements, and what L-BFGS remembers. */
const FIELDS_MIB = 250;
/** Voxels a second and core, all rounds together. */
const VOXELS_A_SECOND = 15_000;

export const register = defineStep({
  service: 'registration',
  name: 'register',
  waitsFor: ['registration.initialise'],
  reads: { initial: optionalFile(initialFile) },
  needs: ({ initial, parameters }) => {
    const voxels = levelVoxels(parameters, initial && extentOf(initial.sample));
    return {
      memoryMiB: levelMiB(voxels, BYTES_PER_VOXEL) + FIELDS_MIB,
      threads: THREADS,
      seconds: Math.ceil(voxels / VOXELS_A_SECOND),
    };
  },
  plan: ({ initial, parameters }) => ({
    count: initial !== undefined && isRegistered(parameters) ? 1 : 0,
    task: () => null,
  }),
  run: async (_, { inputs, store, threads = 1 }) => {
    const initial = inputs.initial!;
    const result = await playRegistration(store, initial, Math.min(THREADS, threads));
    await finishRegistration(store, initial, result, inputs.parameters);
  },
});
