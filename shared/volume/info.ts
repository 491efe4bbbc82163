/**
 * The `info` file of a Neuroglancer precomputed volume (FORMATS section 1). Reading is tolerant: unknown keys are kept,
 * and what this version cannot read is understood well enough to be refused by name.
 */
import { posix } from 'node:path';
import { z } from 'zod';
import type { Vec3 } from '../geometry/box.ts';
import { type DataType, dataTypes } from './data-type.ts';
import { UnsupportedVolumeError, VolumeError } from './errors.ts';
import type { Mip } from './scales.ts';

const integer = z.number().int();
const sizes = z.tuple([integer.positive(), integer.positive(), integer.positive()]);
const nanometres = z.number().positive();

const scaleSchema = z.looseObject({
  key: z.string(),
  size: sizes,
  voxel_offset: z.tuple([integer, integer, integer]).default([0, 0, 0]),
  resolution: z.tuple([nanometres, nanometres, nanometres]),
  /** Several: the same voxels stored once more in each. */
  chunk_sizes: z.tuple([sizes]).rest(sizes),
  encoding: z.string(),
  sharding: z.looseObject({ '@type': z.string() }).nullish(),
});

const infoSchema = z.looseObject({
  '@type': z.literal('neuroglancer_multiscale_volume').optional(),
  type: z.enum(['image', 'segmentation']),
  data_type: z.enum(dataTypes),
  num_channels: integer.positive(),
  scales: z.tuple([scaleSchema]).rest(scaleSchema),
});

export type VolumeInfo = z.infer<typeof infoSchema>;
type Scale = z.infer<typeof scaleSchema>;

/** One resolution as its `info` describes it. */
export interface StoredMip extends Mip<DataType> {
  readonly voxelOffset: Vec3;
  readonly channels: number;
}

/** `where` names the file in errors. */
export function parseInfo(text: string, where: string): VolumeInfo {
  const parsed = infoSchema.safeParse(parseJson(text, where));
  if (parsed.success) return parsed.data;
  throw new VolumeError(
    `${where} is not the info of a precomputed volume:\n${z.prettifyError(parsed.error)}`,
  );
}

/** Finest first. Throws `UnsupportedVolumeError` where a scale is not stored as unsharded raw chunks. */
export function mipsOf(info: VolumeInfo, where: string): readonly StoredMip[] {
  return info.scales.map((scale, index) => {
    checkStorage(scale, `${where}, scale ${scale.key}`);
    return {
      key: folderOf(scale.key, where),
      sizeVoxels: scale.size,
      voxelOffset: scale.voxel_offset,
      resolutionNm: scale.resolution,
      factorFromPrevious: factorBetween(info.scales[index - 1] ?? scale, scale),
      chunkSize: scale.chunk_sizes[0],
      dataType: info.data_type,
      channels: info.num_channels,
    };
  });
}

function checkStorage(scale: Scale, where: string): void {
  if (scale.sharding) throw new UnsupportedVolumeError(where, `sharding (${scale.sharding['@type']})`);
  if (scale.encoding !== 'raw') throw new UnsupportedVolumeError(where, `encoding "${scale.encoding}"`);
}

/** Keys are opaque, but none may lead out of the volume's folder. */
function folderOf(key: string, where: string): string {
  const folder = posix.normalize(key).replace(/\/$/, '');
  if (key !== '' && !posix.isAbsolute(folder) && folder !== '..' && !folder.startsWith('../')) return folder;
  throw new VolumeError(`${where}: the scale key ${JSON.stringify(key)} leads out of the volume's folder`);
}

function factorBetween(finer: Scale, coarser: Scale): Vec3 {
  const factor = (axis: 0 | 1 | 2) =>
    Math.max(1, Math.round(coarser.resolution[axis] / finer.resolution[axis]));
  return [factor(0), factor(1), factor(2)];
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VolumeError(`${where} is not JSON (${(cause as Error).message})`, { cause });
  }
}
