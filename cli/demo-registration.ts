/** The demo's registration: an atlas of the phantom, how its job registers to it, and how far it ends from the truth. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JobParameters, jobParameters } from '../services/parameters.ts';
import { placementFile } from '../shared/acquisition/placement.ts';
import { readFile } from '../shared/engine/files.ts';
import type { Vec3 } from '../shared/geometry/box.ts';
import { mean, quantile } from '../shared/numerics/statistics.ts';
import { loadTransform } from '../shared/registration/files/load-transform.ts';
import { mapPoint } from '../shared/registration/points/map-points.ts';
import type { DemoFolder } from './demo-folder.ts';
import type { OutputFolder } from './output-folder.ts';
import { ATLAS_ORIENTATION, atlasShape, COARSER, shownAt, writePhantomAtlas } from './phantom/atlas.ts';
import { TRUTH_FILE } from './phantom/make-phantom.ts';
import { voxelSizeUmOf } from './phantom/metadata.ts';
import { mosaicSize, type PhantomPlan } from './phantom/plan.ts';
import { anatomyOf } from './phantom/render-tile.ts';
import { readTruth, type Truth, volumeOrigin } from './placement-error.ts';

/** For a slice of 3 mm: presets are for whole brains. */
const SCHEDULE = {
  levels: [
    { spacingUm: 80, rounds: 3 },
    { spacingUm: 40, rounds: 2 },
  ],
  iterations: 10,
  smoothnessUm: 300,
  velocitySpacingUm: 120,
  contrastUm: 300,
} as const;

/** For less than that: so little tissue says where to bend only where bends are smooth, and images are finer. */
const SMALL_SCHEDULE = {
  levels: [
    { spacingUm: 40, rounds: 3 },
    { spacingUm: 20, rounds: 4 },
  ],
  iterations: 12,
  smoothnessUm: 600,
  velocitySpacingUm: 200,
  contrastUm: 600,
} as const;

const SMALL_UM = 2500;

function scheduleFor(plan: PhantomPlan): typeof SCHEDULE | typeof SMALL_SCHEDULE {
  const widthUm = mosaicSize(plan)[0] * voxelSizeUmOf(plan)[0];
  return widthUm < SMALL_UM ? SMALL_SCHEDULE : SCHEDULE;
}

/** Channel of the phantom that shows the tissue's own fluorescence, as its atlas does. */
const TISSUE_CHANNEL = 1;

/** Writes the atlas; returns the parameters of a job that registers to it. */
export async function demoParameters({ atlas }: DemoFolder, plan: PhantomPlan): Promise<JobParameters> {
  const { image, labels, ontology } = await writePhantomAtlas(atlas, plan);
  const schedule = join(atlas, 'schedule.json');
  await writeFile(schedule, `${JSON.stringify(scheduleFor(plan), null, 1)}\n`);
  return jobParameters.parse({
    alignmentChannel: 0,
    autofluorescenceChannel: TISSUE_CHANNEL,
    orientation: ATLAS_ORIENTATION,
    atlas: image,
    atlasOrientation: ATLAS_ORIENTATION,
    parcellation: labels,
    ontology,
    schedule,
    transformResolution: 20,
  });
}

/** Distances in the sample between where the map puts the atlas's tissue and where it is. */
export async function registrationErrorLines(
  { acquisition, volume }: DemoFolder,
  { store }: OutputFolder,
  plan: PhantomPlan,
): Promise<string[]> {
  const truth = await readTruth(join(acquisition, TRUTH_FILE));
  const origin = volumeOrigin(await readFile(store, placementFile), truth);
  const { map, transform } = await loadTransform(volume);
  const voxelUm = voxelSizeUmOf(plan);
  const points = tissuePoints(plan, truth).map(({ atlasVoxel, mosaicVoxel }) => ({
    atlasUm: perAxis((axis) => (atlasVoxel[axis] + 0.5) * COARSER * voxelUm[axis]),
    trueUm: perAxis((axis) => (mosaicVoxel[axis] - origin[axis] + 0.5) * voxelUm[axis]),
  }));
  const before = points.map(({ atlasUm, trueUm }) => distance(atlasUm, trueUm));
  const after = points.map(({ atlasUm, trueUm }) =>
    distance(mapPoint(map, transform, 'sample', atlasUm).point, trueUm),
  );
  return [
    `Registration error against the truth, um, at ${points.length} points of scanned tissue:`,
    `  mean ${mean(after).toFixed(1)}, 95 % below ${quantile(after, 0.95).toFixed(1)}; ` +
      `atlas laid over the volume as it is: mean ${mean(before).toFixed(1)}`,
  ];
}

/** Voxels of the atlas between points, along each axis. */
const SPACING = [8, 8, 4] as const;

/** On a lattice of the atlas, where it shows tissue that was scanned. */
function tissuePoints(plan: PhantomPlan, truth: Truth) {
  const anatomy = anatomyOf(plan.seed, mosaicSize(plan));
  const shape = atlasShape(plan);
  const points: { readonly atlasVoxel: Vec3; readonly mosaicVoxel: Vec3 }[] = [];
  for (let k = SPACING[2] / 2; k < shape[2]; k += SPACING[2])
    for (let j = SPACING[1] / 2; j < shape[1]; j += SPACING[1])
      for (let i = SPACING[0] / 2; i < shape[0]; i += SPACING[0]) {
        const mosaicVoxel = shownAt(plan, [i, j, k]);
        if (anatomy(...mosaicVoxel).inside > 0.5 && isScanned(plan, truth, mosaicVoxel))
          points.push({ atlasVoxel: [i, j, k], mosaicVoxel });
      }
  return points;
}

const isScanned = ({ tileSize }: PhantomPlan, { tiles }: Truth, voxel: Vec3): boolean =>
  tiles.some(
    ({ present, true_voxel: first }) =>
      present && voxel.every((at, axis) => at >= first[axis]! && at < first[axis]! + tileSize[axis]!),
  );

const perAxis = (of: (axis: 0 | 1 | 2) => number): Vec3 => [of(0), of(1), of(2)];

const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
