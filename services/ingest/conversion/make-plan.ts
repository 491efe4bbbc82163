/** From the input's headers and the job's parameters to the plan of a conversion. */
import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { ElementType } from '../../../shared/formats/elements.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { openImageSource } from '../../../shared/formats/image-source/open-image-source.ts';
import { perAxis, type Vec3 } from '../../../shared/geometry/box.ts';
import {
  parseReorientation,
  type Reorientation,
  reorientation,
} from '../../../shared/geometry/orientation.ts';
import type { DataType } from '../../../shared/volume/data-type.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import { chunkBytes, type Mip, planScales } from '../../../shared/volume/scales.ts';
import type { ConversionParameters } from '../../conversion-parameters.ts';
import type { JobParameters } from '../../parameters.ts';
import { BLOCK_BUDGET, brickSizeFor, fitsPlanes, fitsRows } from './conversion-blocks.ts';
import { ConversionError } from './conversion-error.ts';
import type { ConversionPlan } from './conversion-plan.ts';
import { isVolume } from './conversion-source.ts';
import { isSheared, neuroglancerTransform } from './input-frame.ts';
import { outputKind } from './output-kind.ts';
import { shardedMips } from './sharded-mips.ts';

/** An input of either kind, as far as the plan depends on it. */
interface Input {
  readonly name: string;
  readonly dtype: ElementType;
  readonly sizeVoxels: Vec3;
  readonly channels: number;
  readonly voxelSizeUm: Vec3 | undefined;
  readonly voxelOffset: Vec3;
  readonly affineUm: readonly (readonly number[])[] | undefined;
  readonly isLabels: boolean;
  readonly isForwardOnly: boolean;
  /** Rows of a plane can be read alone. */
  readonly hasRows: boolean;
  readonly isVolume: boolean;
  /** 0 of an image. */
  readonly chunkBytes: number;
  readonly warnings: readonly string[];
}

/** @throws ConversionError, and what the formats throw: nothing that a second try would change */
export async function planConversion(
  source: ObjectStore,
  parameters: JobParameters,
  wishes: ConversionParameters,
  budget = BLOCK_BUDGET,
): Promise<ConversionPlan> {
  const plan = (input: Input) => planFor(source.url, input, parameters, wishes, budget);
  if (await isVolume(source)) return plan(volumeInput(source.url, await openVolume(source)));
  const image = await openImageSource(source.url);
  try {
    return plan(imageInput(source.url, image));
  } finally {
    await image.close();
  }
}

const imageInput = (url: string, image: ImageSource): Input => ({
  name: url.startsWith('file://') ? fileURLToPath(url) : url,
  dtype: image.dtype,
  sizeVoxels: image.sizeVoxels,
  channels: image.channels,
  voxelSizeUm: image.voxelSizeUm,
  voxelOffset: [0, 0, 0],
  affineUm: image.frame?.affineUm,
  isLabels: false,
  isForwardOnly: image.isForwardOnly === true,
  hasRows: image.readRows !== undefined,
  isVolume: false,
  chunkBytes: 0,
  warnings: image.warnings,
});

function volumeInput(url: string, { info, mips }: Volume): Input {
  const finest = mips[0]!;
  const { dataType, sizeVoxels, channels, voxelOffset, resolutionNm } = finest;
  return {
    name: url,
    dtype: dataType,
    sizeVoxels,
    channels,
    voxelSizeUm: perAxis((axis) => resolutionNm[axis] / 1000),
    voxelOffset,
    affineUm: undefined,
    isLabels: info.type === 'segmentation',
    isForwardOnly: false,
    hasRows: false,
    isVolume: true,
    chunkBytes: chunkBytes(finest) * channels,
    warnings: [],
  };
}

function planFor(
  source: string,
  input: Input,
  parameters: JobParameters,
  wishes: ConversionParameters,
  budget: number,
): ConversionPlan {
  const voxelSizeUm = voxelSizeOf(input, wishes);
  const turn = turnFor(wishes);
  const isTurned = !turn.order.every((axis, i) => axis === i && turn.flip[i] === 1);
  const kind = outputKind(input, wishes, parameters.chunkSize);
  const plain = outputMips(input, turn, voxelSizeUm, parameters, kind.dataType).map((mip) => ({
    ...mip,
    ...kind.stored,
  }));
  const { compress } = parameters;
  const mips = wishes.sharded ? shardedMips(plain, { channels: input.channels, compress, budget }) : plain;
  const plan = {
    format: 'cloudreg-conversion/1' as const,
    source,
    sizeVoxels: vec(input.sizeVoxels),
    dtype: input.dtype,
    isForwardOnly: input.isForwardOnly,
    inputChunkBytes: input.chunkBytes,
    budget,
    order: [...turn.order] as ConversionPlan['order'],
    flip: [...turn.flip] as ConversionPlan['flip'],
    type: kind.type,
    channels: input.channels,
    mips: mips.map(storedMip),
    transform: transformOf(input, wishes, turn),
    warnings: [...input.warnings],
  };
  const route = routeOf(input, isTurned, plan);
  return { ...plan, route, brickSize: vec(brickSizeFor(plan, isTurned)) };
}

function routeOf(
  { isVolume, isForwardOnly, hasRows }: Input,
  isTurned: boolean,
  plan: Omit<ConversionPlan, 'route' | 'brickSize'>,
): ConversionPlan['route'] {
  if (isVolume) return 'volume';
  if (isTurned || isForwardOnly) return 'bricks';
  if (fitsPlanes({ ...plan, route: 'planes' })) return 'planes';
  return hasRows && fitsRows({ ...plan, route: 'rows' }) ? 'rows' : 'bricks';
}

function voxelSizeOf({ name, voxelSizeUm, affineUm }: Input, { voxelSize }: ConversionParameters): Vec3 {
  if (voxelSize !== 'auto') return voxelSize;
  if (voxelSizeUm === undefined)
    throw new ConversionError(
      `${name} does not say how large its voxels are`,
      'Give --voxel-size x,y,z in micrometres.',
    );
  if (affineUm !== undefined && isSheared(affineUm))
    throw new ConversionError(
      `${name} is sheared: its axes are not at right angles, and a volume's are`,
      'Give --voxel-size x,y,z to take the voxels as they lie in the file, or resample it first.',
    );
  return perAxis((axis) => withoutRest(voxelSizeUm[axis]));
}

/** 0.65 as a file of float32 says it is 0.6499999762: what such a number cannot tell apart is not believed. */
function withoutRest(um: number): number {
  const short = Number(um.toPrecision(7));
  return Math.abs(short - um) < 6e-8 * um ? short : um;
}

const UNTURNED: Reorientation = { order: [0, 1, 2], flip: [1, 1, 1] };

function turnFor({ orientation }: ConversionParameters): Reorientation {
  if (orientation === 'none') return UNTURNED;
  const { from, to } = parseReorientation(orientation);
  return reorientation(from, to);
}

/** Voxel sizes that the user gives are not the file's, and then nor is its frame. */
function transformOf(
  { affineUm, sizeVoxels, voxelSizeUm }: Input,
  { voxelSize }: ConversionParameters,
  turn: Reorientation,
): number[][] | null {
  if (affineUm === undefined || voxelSizeUm === undefined || voxelSize !== 'auto') return null;
  return neuroglancerTransform({ affineUm, sizeVoxels, voxelSizeUm, turn });
}

function outputMips(
  { sizeVoxels, voxelOffset }: Input,
  { order, flip }: Reorientation,
  voxelSizeUm: Vec3,
  { chunkSize, factor, mips }: JobParameters,
  dataType: DataType,
): readonly (Mip<DataType> & { readonly voxelOffset: Vec3 })[] {
  const turned = (v: Vec3): Vec3 => perAxis((i) => v[order[i]]);
  const planned = planScales({
    sizeVoxels: turned(sizeVoxels),
    voxelSizeUm: turned(voxelSizeUm),
    chunkSize,
    factor,
    mips,
    dataType,
  });
  let offset = perAxis((i) =>
    flip[i] > 0 || voxelOffset[order[i]] === 0
      ? voxelOffset[order[i]]
      : -(voxelOffset[order[i]] + sizeVoxels[order[i]]),
  );
  return planned.map((mip) => {
    offset = perAxis((axis) => Math.floor(offset[axis] / mip.factorFromPrevious[axis]));
    return { ...mip, voxelOffset: offset };
  });
}

type PlannedMip = ConversionPlan['mips'][number];

const storedMip = ({
  key,
  dataType,
  labelBlock,
  picture,
  sharding,
  ...mip
}: Mip<DataType> & { readonly voxelOffset: Vec3 }): PlannedMip => ({
  key,
  sizeVoxels: vec(mip.sizeVoxels),
  resolutionNm: vec(mip.resolutionNm),
  factorFromPrevious: vec(mip.factorFromPrevious),
  chunkSize: vec(mip.chunkSize),
  voxelOffset: vec(mip.voxelOffset),
  dataType,
  ...(labelBlock === undefined ? {} : { labelBlock: vec(labelBlock) }),
  ...(picture === undefined ? {} : { picture }),
  ...(sharding === undefined ? {} : { sharding }),
});

const vec = ([x, y, z]: Vec3): [number, number, number] => [x, y, z];
