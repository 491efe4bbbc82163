/** `registration/transform/`: everything that carries voxels and points over, as files that other programs read. */
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { invert } from '../../../shared/geometry/affine.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { LANES } from '../../../shared/kernels/oracles/registration/vector-field.ts';
import { putImage, putVectors } from '../../../shared/registration/files/field-file.ts';
import { BACKWARD_KEY, mapOf } from '../../../shared/registration/files/load-transform.ts';
import {
  type Initial,
  TRANSFORM_FOLDER,
  transformFile,
} from '../../../shared/registration/files/registration-files.ts';
import { extentOf } from '../../../shared/registration/files/space.ts';
import { type Grid, pointsOf } from '../../../shared/registration/grid.ts';
import type { RegistrationMap } from '../../../shared/registration/map.ts';
import {
  followToAtlas,
  followToSample,
  type RowFollower,
} from '../../../shared/registration/warp/follow-map.ts';
import type { PlayedRegistration } from './play-registration.ts';

const FILES = {
  velocity: `${TRANSFORM_FOLDER}velocity.nrrd`,
  backward: BACKWARD_KEY,
  sampleToAtlas: `${TRANSFORM_FOLDER}displacement-sample-to-atlas.nrrd`,
  atlasToSample: `${TRANSFORM_FOLDER}displacement-atlas-to-sample.nrrd`,
  gain: `${TRANSFORM_FOLDER}gain.nrrd`,
  offset: `${TRANSFORM_FOLDER}offset.nrrd`,
  matching: `${TRANSFORM_FOLDER}weight-matching.nrrd`,
  artefact: `${TRANSFORM_FOLDER}weight-artefact.nrrd`,
  background: `${TRANSFORM_FOLDER}weight-background.nrrd`,
} as const;

export async function writeTransform(
  store: ObjectStore,
  initial: Initial,
  { toAtlas, velocity, timeSteps, fitted, images }: PlayedRegistration,
): Promise<void> {
  const { sample, atlas, parcellation, ontologyUrl, recipe } = initial;
  const map = mapOf({ toAtlas, velocityGrid: velocity, sample, atlas }, fitted.u);
  const ofAtlas = (grid: Grid): Vec3 => fromCorner(grid, extentOf(atlas));
  const ofSample = (grid: Grid): Vec3 => fromCorner(grid, extentOf(sample));
  const [sampleGrid, atlasGrid] = [images.sample.grid, images.atlas.grid];
  await putVectors(store, FILES.velocity, fitted.v, velocity, ofAtlas(velocity));
  await putVectors(store, FILES.backward, [fitted.u], velocity, ofAtlas(velocity));
  const [there, back] = displacements(map, sampleGrid, atlasGrid);
  await putVectors(store, FILES.sampleToAtlas, [there], sampleGrid, ofSample(sampleGrid));
  await putVectors(store, FILES.atlasToSample, [back], atlasGrid, ofAtlas(atlasGrid));
  const [matching, artefact, background] = fitted.posteriors;
  const maps = { gain: fitted.gain, offset: fitted.offset, matching, artefact, background };
  for (const [name, values] of Object.entries(maps) as [keyof typeof maps, Float32Array][])
    await putImage(store, FILES[name], values, sampleGrid, ofSample(sampleGrid));
  await writeFile(store, transformFile, {
    format: 'cloudreg-transform/1',
    sample,
    atlas,
    parcellation,
    ontologyUrl,
    toAtlas,
    toSample: invert(toAtlas),
    velocityGrid: velocity,
    timeSteps,
    recipe,
    cubic: fitted.cubic,
    sigma: fitted.mixture.sigma,
    priors: fitted.mixture.priors,
    files: FILES,
  });
}

/** Of the first point, with the volume's corner at 0. */
const fromCorner = ({ originUm: [x, y, z] }: Grid, extent: Vec3): Vec3 => [
  x + extent[0] / 2,
  y + extent[1] / 2,
  z + extent[2] / 2,
];

/** Where each voxel goes, less where it is: um from corner to corner, four floats a voxel. */
function displacements(
  map: RegistrationMap,
  sample: Grid,
  atlas: Grid,
): readonly [Float32Array, Float32Array] {
  const um = (extentUm: Vec3) => ({ voxelSizeUm: [1, 1, 1] as const, extentUm });
  const frame = ({ spacingUm }: Grid, extentUm: Vec3) => ({ voxelSizeUm: spacingUm, extentUm });
  const { sampleExtentUm: s, atlasExtentUm: a } = map;
  return [
    displacement(followToAtlas(map, frame(sample, s), um(a)), sample),
    displacement(followToSample(map, frame(atlas, a), um(s)), atlas),
  ];
}

function displacement(follow: RowFollower, grid: Grid): Float32Array {
  const [nx, ny, nz] = grid.size;
  const [dx, dy, dz] = grid.spacingUm;
  const out = new Float32Array(LANES * pointsOf(grid));
  const row = new Float64Array(3 * nx);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      follow(0, y, z, nx, row);
      for (let x = 0; x < nx; x++, at += LANES) {
        // Indices of a grid of 1 um whose first point is half a micrometre from the corner.
        out[at] = row[3 * x]! + 0.5 - (x + 0.5) * dx;
        out[at + 1] = row[3 * x + 1]! + 0.5 - (y + 0.5) * dy;
        out[at + 2] = row[3 * x + 2]! + 0.5 - (z + 0.5) * dz;
      }
    }
  return out;
}
