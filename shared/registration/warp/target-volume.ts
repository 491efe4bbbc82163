/** Volumes that a registration writes: their resolutions, their info, and one chunk after the other. */
import type { ObjectStore } from '../../engine/ports.ts';
import type { Json } from '../../engine/records.ts';
import { boxSize, boxVolume, type Vec3 } from '../../geometry/box.ts';
import { cellsIn, chunkBox, chunkCount, volumeBox } from '../../volume/chunk-grid.ts';
import { isSegmentationType } from '../../volume/codecs/segmentation/layout.ts';
import { openVolume } from '../../volume/open-volume.ts';
import { planScales } from '../../volume/scales.ts';
import { buildInfo, writeChunk } from '../../volume/write-volume.ts';
import { RegistrationInputError } from '../errors.ts';
import type { Target } from '../files/registration-files.ts';
import { extentOf, type Space } from '../files/space.ts';
import type { RegistrationMap } from '../map.ts';
import { type SourceVolume, scaleFor } from '../source/source-volume.ts';
import { followBox, followToAtlas, followToSample, type VoxelFrame } from './follow-map.ts';
import { sampleAt } from './sample-source.ts';
import { shrinkChunk } from './shrink-chunk.ts';

export type TargetMip = Target['mips'][number];

export interface TargetWishes extends Pick<Target, 'folder' | 'on' | 'sourceUrl' | 'isLabels'> {
  readonly dataType: SourceVolume['dataType'];
  /** Of the grid it is written on. */
  readonly sizeVoxels: Vec3;
  readonly voxelSizeUm: Vec3;
  readonly offsetUm: Vec3;
}

const CHUNK: Vec3 = [64, 64, 64];
/** Of \`compressed_segmentation\`: the usual one, which Neuroglancer draws from as it is. */
const LABEL_BLOCK: Vec3 = [8, 8, 8];

export function planTarget(wishes: TargetWishes): Target {
  const { folder, on, sourceUrl, isLabels, dataType, sizeVoxels, voxelSizeUm, offsetUm } = wishes;
  if (!isLabels && dataType === 'uint64')
    throw new RegistrationInputError(
      `${sourceUrl} has 64-bit whole numbers: as an image it cannot be interpolated. Is it of labels?`,
    );
  const mips = planScales({
    sizeVoxels,
    voxelSizeUm,
    chunkSize: CHUNK,
    factor: 'auto',
    mips: 'auto',
    dataType,
  });
  const [finest, ...coarser] = mips.map((mip): TargetMip => {
    const offset = (axis: 0 | 1 | 2): number => Math.round((offsetUm[axis] * 1000) / mip.resolutionNm[axis]);
    const blocks = isLabels && isSegmentationType(dataType) ? { labelBlock: LABEL_BLOCK } : {};
    return { ...mip, ...blocks, voxelOffset: [offset(0), offset(1), offset(2)] };
  });
  return { folder, on, sourceUrl, isLabels, mips: [finest!, ...coarser] };
}

/** `properties`: of the segments, where something is known about them. */
export async function writeTargetInfo(
  store: ObjectStore,
  { folder, mips, isLabels }: Target,
  properties: Json | undefined,
): Promise<void> {
  const info = buildInfo(mips, { type: isLabels ? 'segmentation' : 'image' });
  const scales = info.scales.map((scale, i) => ({ ...scale, voxel_offset: [...mips[i]!.voxelOffset] }));
  const named = properties === undefined ? {} : { segment_properties: PROPERTIES };
  await putJson(store, `${folder}/info`, { ...info, scales, ...named } as Json);
  if (properties !== undefined) await putJson(store, `${folder}/${PROPERTIES}/info`, properties);
}

const PROPERTIES = 'segment_properties';

async function putJson(store: ObjectStore, key: string, value: Json): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  await store.put(key, body, { contentType: 'application/json', cacheControl: 'no-cache' });
}

/** A chunk of a target's mip. */
export interface TargetChunk {
  readonly target: number;
  readonly mip: number;
  readonly chunk: number;
}

export const targetPasses = (targets: readonly Target[]): number =>
  Math.max(1, ...targets.map(({ mips }) => mips.length));

export function targetChunks(
  targets: readonly Target[],
  mip: number,
): { readonly count: number; readonly task: (index: number) => TargetChunk } {
  const counts = targets.map(({ mips }) => (mip < mips.length ? chunkCount(mips[mip]!) : 0));
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    task(index) {
      let [target, chunk] = [0, index];
      while (chunk >= counts[target]!) chunk -= counts[target++]!;
      return { target, mip, chunk };
    },
  };
}

export const voxelsOf = (targets: readonly Target[], { target, mip, chunk }: TargetChunk): number => {
  const level = targets[target]!.mips[mip]!;
  return boxVolume(chunkBox(level, cellAt(level, chunk)));
};

function cellAt(mip: TargetMip, chunk: number): Vec3 {
  let left = chunk;
  for (const cell of cellsIn(mip, volumeBox(mip))) if (left-- === 0) return cell;
  throw new RangeError(`there is no chunk ${chunk} in ${mip.key}`);
}

export interface WarpContext {
  readonly map: RegistrationMap;
  readonly sample: Space;
  readonly atlas: Space;
  readonly source: SourceVolume;
}

/** Through the map, voxel by voxel, from the source. */
export async function writeWarpedChunk(
  store: ObjectStore,
  { folder, on, isLabels, mips }: Target,
  chunk: number,
  context: WarpContext,
): Promise<void> {
  const mip = mips[0]!;
  const cell = cellAt(mip, chunk);
  const { start, end } = chunkBox({ ...mip, voxelOffset: [0, 0, 0] }, cell);
  const { source } = context;
  const voxelUm = mip.resolutionNm.map((nm) => nm / 1000) as [number, number, number];
  const scale = isLabels ? 0 : scaleFor(source, Math.max(...voxelUm));
  const [own, other] = on === 'sample' ? [context.sample, context.atlas] : [context.atlas, context.sample];
  const from: VoxelFrame = { voxelSizeUm: voxelUm, extentUm: extentOf(own) };
  const to: VoxelFrame = { voxelSizeUm: source.scales[scale]!.voxelSizeUm, extentUm: extentOf(other) };
  const follow = (on === 'sample' ? followToAtlas : followToSample)(context.map, from, to);
  const how = isLabels ? 'nearest' : 'linear';
  const voxels = await sampleAt({ source, scale, how }, followBox(follow, { start, end }));
  await writeChunk(store, folder, mip, cell, voxels);
}

/** From the next finer mip of the volume itself. */
export async function writeShrunkChunk(
  store: ObjectStore,
  { folder, isLabels, mips }: Target,
  { mip: level, chunk }: TargetChunk,
): Promise<void> {
  const mip = mips[level]!;
  const finer = mips[level - 1]!;
  const cell = cellAt(mip, chunk);
  const box = chunkBox({ ...mip, voxelOffset: [0, 0, 0] }, cell);
  const f = mip.factorFromPrevious;
  const at = (corner: Vec3, axis: 0 | 1 | 2): number =>
    finer.voxelOffset[axis] + Math.min(finer.sizeVoxels[axis], corner[axis] * f[axis]);
  const fineBox = {
    start: [at(box.start, 0), at(box.start, 1), at(box.start, 2)],
    end: [at(box.end, 0), at(box.end, 1), at(box.end, 2)],
  } as const;
  const volume = await openVolume(store, folder);
  const { data } = await volume.read(level - 1, fineBox);
  const voxels = shrinkChunk(data, boxSize(fineBox), boxSize(box), f, mip.dataType, isLabels);
  await writeChunk(store, folder, mip, cell, voxels);
}
