/** What a task of `estimate` asks of the machine. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { surveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { Needs } from '../../../shared/engine/step.ts';
import type { JobParameters } from '../../parameters.ts';

interface EstimateInputs {
  readonly acquisition: Acquisition | undefined;
  readonly placement: Placement | undefined;
  readonly parameters: JobParameters;
}

/** Of a volume nothing is known yet: its scale of at most 150 um, at 20 Mvoxel; a mouse brain has less. */
const OF_A_VOLUME: Needs = { memoryMiB: 512, threads: 1, seconds: 30 };

export function estimateNeeds({ acquisition, placement, parameters }: EstimateInputs): Needs {
  if (acquisition === undefined || placement === undefined) return OF_A_VOLUME;
  if (parameters.illumination === 'none') return { memoryMiB: RUNTIME_MIB, threads: 1, seconds: 1 };
  const { factor } = surveyGrid(acquisition, parameters.flatFieldStride);
  const voxels = [0, 1, 2].map((axis) => Math.ceil(placement.size[axis]! / factor[axis]!));
  const previewVoxels = voxels.reduce((product, count) => product * count, 1);
  const low = Math.min(previewVoxels, MOST_LOW_VOXELS);
  return {
    memoryMiB: RUNTIME_MIB + Math.ceil((low * LOW_BYTES) / 2 ** 20),
    threads: 1,
    seconds: 1 + Math.ceil(previewVoxels / READ_A_SECOND + (low * ROUNDS) / ROUND_VOXELS_A_SECOND),
  };
}

/** A mouse brain at 75 um, CloudReg's rule; at 200 um it is a hundredth of that. */
const MOST_LOW_VOXELS = 4e6;
/** Sums, counts, the volume, its mask, and what N4 holds of a voxel. */
const LOW_BYTES = 48;
const READ_A_SECOND = 60e6;
const ROUNDS = 60;
const ROUND_VOXELS_A_SECOND = 30e6;
/** A thread with its JavaScript heap, decoded chunks, and the picture. */
const RUNTIME_MIB = 160;
