/** How far a map is from the truth: at landmarks, and where regions come to lie. */
import { boxAt, type Vec3 } from '../../shared/geometry/box.ts';
import { mean, quantile } from '../../shared/numerics/statistics.ts';
import { type RegistrationMap, toAtlas, toSample } from '../../shared/registration/map.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { followBox, followToAtlas } from '../../shared/registration/warp/follow-map.ts';
import { sampleAt } from '../../shared/registration/warp/sample-source.ts';
import { atlasPath, type Landmark, readGroups } from './data.ts';

/** um. */
export interface LandmarkErrors {
  readonly mean: number;
  readonly p95: number;
  readonly max: number;
  /** Damaged places too. */
  readonly allMean: number;
}

function errorsOf(distances: readonly number[], landmarks: readonly Landmark[]): LandmarkErrors {
  const sound = distances.filter((_, i) => !landmarks[i]!.isInDamage);
  return { mean: mean(sound), p95: quantile(sound, 0.95), max: Math.max(...sound), allMean: mean(distances) };
}

const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

export const errorsInAtlas = (to: (sample: Vec3) => Vec3, landmarks: readonly Landmark[]): LandmarkErrors =>
  errorsOf(
    landmarks.map(({ sample, atlas }) => distance(to(sample), atlas)),
    landmarks,
  );

export const errorsInSample = (map: RegistrationMap, landmarks: readonly Landmark[]): LandmarkErrors =>
  errorsOf(
    landmarks.map(({ sample, atlas }) => distance(toSample(map, atlas), sample)),
    landmarks,
  );

/** Atlas to sample and back, the worst. */
export const roundTripUm = (map: RegistrationMap, landmarks: readonly Landmark[]): number =>
  Math.max(...landmarks.map(({ atlas }) => distance(toAtlas(map, toSample(map, atlas)), atlas)));

export interface WarpedLabels {
  readonly ids: Float64Array;
  readonly groups: Uint8Array;
  /** Ids that the annotation does not have: none. */
  readonly strangers: number;
}

/** The annotation at the middle of every voxel of a grid on the sample, nearest. */
export async function warpLabels(map: RegistrationMap, size: Vec3, voxelSizeUm: Vec3): Promise<WarpedLabels> {
  const source = await openSource(atlasPath('annotation_100.nrrd'));
  const { voxelSizeUm: atlasVoxelUm, sizeVoxels } = source.scales[0]!;
  const follow = followToAtlas(
    map,
    { voxelSizeUm, extentUm: map.sampleExtentUm },
    { voxelSizeUm: atlasVoxelUm, extentUm: map.atlasExtentUm },
  );
  const ids = new Float64Array(size[0] * size[1] * size[2]);
  const plane = size[0] * size[1];
  for (let z = 0; z < size[2]; z++) {
    const positions = followBox(follow, boxAt([0, 0, z], [size[0], size[1], 1]));
    const values = await sampleAt({ source, scale: 0, how: 'nearest' }, positions);
    for (let i = 0; i < plane; i++) ids[z * plane + i] = Number(values[i]);
  }
  const known = new Set<number>([0]);
  for (const id of await source.read(0, boxAt([0, 0, 0], sizeVoxels))) known.add(Number(id));
  const { of } = readGroups();
  return {
    ids,
    groups: Uint8Array.from(ids, of),
    strangers: ids.reduce((count, id) => count + (known.has(id) ? 0 : 1), 0),
  };
}

export interface Dice {
  readonly mean: number;
  readonly min: number;
}

/** Over the coarse groups 1 to 14. */
export function diceOf(found: ArrayLike<number>, truth: ArrayLike<number>): Dice {
  const [both, sum] = [new Float64Array(16), new Float64Array(16)];
  for (let i = 0; i < truth.length; i++) {
    sum[found[i]!]! += 1;
    sum[truth[i]!]! += 1;
    if (found[i] === truth[i]) both[truth[i]!]! += 1;
  }
  const shares = Array.from({ length: 14 }, (_, i) => (2 * both[i + 1]!) / Math.max(1, sum[i + 1]!));
  return { mean: mean(shares), min: Math.min(...shares) };
}

/** Of a pair's truth: the coarse group of every voxel of its sample. */
export async function trueGroups(
  pair: string,
): Promise<{ groups: Uint8Array; size: Vec3; voxelSizeUm: Vec3 }> {
  const source = await openSource(`${pair}_labels.nrrd`);
  const { sizeVoxels, voxelSizeUm } = source.scales[0]!;
  const groups = Uint8Array.from((await source.read(0, boxAt([0, 0, 0], sizeVoxels))) as ArrayLike<number>);
  return { groups, size: sizeVoxels, voxelSizeUm };
}
