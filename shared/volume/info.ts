/**
 * The `info` file of a Neuroglancer precomputed volume (FORMATS section 1). Reading is tolerant: unknown keys are kept,
 * and what this version cannot read is understood well enough to be refused by name.
 */
import { posix } from 'node:path';
import { z } from 'zod';
import type { Vec3 } from '../geometry/box.ts';
import { type ChunkFormat, chunkEncodings } from './codecs/chunk-format.ts';
import { isSegmentationType, MOST_BLOCK_VOXELS, voxelsOfBlock } from './codecs/segmentation/layout.ts';
import { type DataType, dataTypes } from './data-type.ts';
import { UnsupportedVolumeError, VolumeError } from './errors.ts';
import type { Mip } from './scales.ts';
import { type Sharding, shardingSchema } from './sharding/sharding.ts';

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
  compressed_segmentation_block_size: sizes.optional(),
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
  readonly encoding: ChunkFormat['encoding'];
  /** Absent: each chunk is an object of its own. */
  readonly sharding?: Sharding;
}

/** `where` names the file in errors. */
export function parseInfo(text: string, where: string): VolumeInfo {
  const parsed = infoSchema.safeParse(parseJson(text, where));
  if (parsed.success) return parsed.data;
  throw new VolumeError(
    `${where} is not the info of a precomputed volume:\n${z.prettifyError(parsed.error)}`,
  );
}

/** Finest first. Throws `UnsupportedVolumeError` where a scale is stored in a way that is not read. */
export function mipsOf(info: VolumeInfo, where: string): readonly StoredMip[] {
  return info.scales.map((scale, index) => {
    const scaleWhere = `${where}, scale ${scale.key}`;
    const sharding = shardingOf(scale, scaleWhere);
    const encoding = readableEncoding(scale, info, scaleWhere);
    const labelBlock = encoding === SEGMENTATION ? labelBlockOf(scale, scaleWhere) : undefined;
    return {
      ...(labelBlock ? { labelBlock } : {}),
      ...(sharding ? { sharding } : {}),
      encoding,
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

const SEGMENTATION = 'compressed_segmentation';

function readableEncoding(
  { encoding }: Scale,
  { data_type: type, num_channels: channels }: VolumeInfo,
  where: string,
): ChunkFormat['encoding'] {
  const found = chunkEncodings.find((known) => known === encoding);
  if (found === undefined) throw new UnsupportedVolumeError(where, `encoding "${encoding}"`);
  if (CAN_HOLD[found](type, channels)) return found;
  throw new VolumeError(`${where}: encoding "${found}" cannot hold ${channels} channels of ${type}`);
}

const CAN_HOLD: Readonly<Record<ChunkFormat['encoding'], (type: DataType, channels: number) => boolean>> = {
  raw: () => true,
  jpeg: (type, channels) => type === 'uint8' && (channels === 1 || channels === 3),
  png: (type, channels) => (type === 'uint8' || type === 'uint16') && channels <= 4,
  compressed_segmentation: isSegmentationType,
};

function labelBlockOf(scale: Scale, where: string): Vec3 {
  const block = scale.compressed_segmentation_block_size;
  if (block !== undefined && voxelsOfBlock(block) <= MOST_BLOCK_VOXELS) return block;
  throw new VolumeError(
    `${where}: compressed_segmentation_block_size is ${block ?? 'not there'}; expected three sizes such as 8, 8, 8`,
  );
}

function shardingOf({ sharding, chunk_sizes }: Scale, where: string): Sharding | undefined {
  if (!sharding) return undefined;
  const type = sharding['@type'];
  if (type !== 'neuroglancer_uint64_sharded_v1')
    throw new UnsupportedVolumeError(where, `sharding (${type})`);
  const parsed = shardingSchema.safeParse(sharding);
  if (!parsed.success)
    throw new VolumeError(`${where}: its sharding is wrong:\n${z.prettifyError(parsed.error)}`);
  if (chunk_sizes.length > 1)
    throw new VolumeError(`${where} is sharded and has ${chunk_sizes.length} chunk_sizes, expected one`);
  return parsed.data;
}

/** How a mip says in `info` that it is stored. */
export const encodingOf = ({
  labelBlock,
  picture,
}: Pick<Mip<DataType>, 'labelBlock' | 'picture'>): Pick<
  Scale,
  'encoding' | 'compressed_segmentation_block_size'
> =>
  labelBlock
    ? { encoding: SEGMENTATION, compressed_segmentation_block_size: [...labelBlock] }
    : { encoding: picture ?? 'raw' };

/** Keys are opaque, but none may lead out of the volume's folder. */
function folderOf(key: string, where: string): string {
  const folder = posix.normalize(key).replace(/\/$/, '');
  if (key !== '' && !posix.isAbsolute(folder) && folder !== '..' && !folder.startsWith('../')) return folder;
  throw new VolumeError(`${where}: the scale key ${JSON.stringify(key)} leads out of the volume's folder`);
}

/** Downsampling, by how large the voxels are. */
export function factorBetween(finer: Pick<Scale, 'resolution'>, coarser: Pick<Scale, 'resolution'>): Vec3 {
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
