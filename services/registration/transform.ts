/**
 * registration.transform: volumes carried over by the registration.
 * Reads the list of volumes that the step before made, the transform, and the source volumes; a task is a chunk; in the
 * first pass of the finest resolution, through the map, in the next ones of a coarser one, from the finer; writes them as
 * precomputed volumes: atlas and regions on the sample's grid, the sample on the atlas's.
 */
import { optionalFile } from '../../shared/engine/step.ts';
import { loadTransform } from '../../shared/registration/files/load-transform.ts';
import { targetsFile } from '../../shared/registration/files/registration-files.ts';
import { asLabels } from '../../shared/registration/source/as-labels.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import {
  type TargetChunk,
  targetChunks,
  targetPasses,
  voxelsOf,
  writeShrunkChunk,
  writeWarpedChunk,
} from '../../shared/registration/warp/target-volume.ts';
import { defineStep } from '../step.ts';

export const transform = defineStep({
  service: 'registration',
  name: 'transform',
  waitsFor: ['registration.register', 'downsampling.pyramid'],
  reads: { targets: optionalFile(targetsFile) },
  // A chunk with its positions, and what it reads of the source: at most 2^24 voxels, decoded.
  needs: () => ({ memoryMiB: 400, threads: 1, seconds: 2 }),
  passes: ({ targets }) => targetPasses(targets?.targets ?? []),
  plan: ({ targets }, pass) => targetChunks(targets?.targets ?? [], pass),
  voxels: (chunk, { targets }) => voxelsOf(targets?.targets ?? [], chunk),
  run: async (chunk: TargetChunk, { inputs, store }) => {
    const { targets, registrationUrl } = inputs.targets!;
    const target = targets[chunk.target]!;
    if (chunk.mip > 0) return writeShrunkChunk(store, target, chunk);
    const { map, transform: made } = await loadTransform(registrationUrl);
    const opened = await openSource(target.sourceUrl);
    const source = target.isLabels ? asLabels(opened) : opened;
    await writeWarpedChunk(store, target, chunk.chunk, {
      map,
      sample: made.sample,
      atlas: made.atlas,
      source,
    });
  },
});
