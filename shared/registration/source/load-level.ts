/** A source volume as registration compares it: block means at a resolution, with what was recorded as weights. */
import { type Box, boxAt, boxSize, perAxis, type Vec3 } from '../../geometry/box.ts';
import type { VoxelArray } from '../../volume/data-type.ts';
import { RegistrationInputError } from '../errors.ts';
import { type Grid, pointsOf } from '../grid.ts';
import type { WeightedImage } from '../levels.ts';
import { extentUm, type SourceVolume, scaleFor } from './source-volume.ts';

/** The value that says "not recorded". */
export type MissingValue = number | 'none';

export interface LevelWishes {
  readonly resolutionUm: number;
  readonly missing: MissingValue;
  /** Of the full-resolution volume, about whose middle positions are centred; that of the finest scale where absent. */
  readonly extentUm?: Vec3;
}

/** Less than this recorded, and the voxel counts as not recorded. */
const LEAST_RECORDED = 0.5;
/** Voxels read at a time: memory does not grow with the volume. */
const BLOCK_VOXELS = 2 ** 23;

/** @throws RegistrationInputError for NaN, and where nothing or one value only was recorded */
export async function loadLevel(source: SourceVolume, wishes: LevelWishes): Promise<WeightedImage> {
  const finer = scaleFor(source, wishes.resolutionUm / 2);
  const { sizeVoxels, voxelSizeUm, chunkSize } = source.scales[finer]!;
  const block = perAxis((axis) => Math.max(1, Math.round(wishes.resolutionUm / voxelSizeUm[axis])));
  const grid = levelGrid(sizeVoxels, voxelSizeUm, block, wishes.extentUm ?? extentUm(source));
  const sums = openSums(grid, block, wishes.missing, source.url);
  for (const box of boxesOf(sizeVoxels, chunkSize)) sums.add(box, await source.read(finer, box));
  return sums.image();
}

/** Blocks begin at the volume's corner; the last ones may reach beyond it. */
function levelGrid(size: Vec3, voxelUm: Vec3, block: Vec3, extent: Vec3): Grid {
  const spacing = perAxis((axis) => voxelUm[axis] * block[axis]);
  return {
    size: perAxis((axis) => Math.ceil(size[axis] / block[axis])),
    spacingUm: spacing,
    originUm: perAxis((axis) => -extent[axis] / 2 + spacing[axis] / 2),
  };
}

function* boxesOf(size: Vec3, chunk: Vec3): Generator<Box> {
  const step: [number, number, number] = [chunk[0], chunk[1], chunk[2]];
  for (const axis of [0, 1, 2] as const)
    while (step[axis] < size[axis] && step[0] * step[1] * step[2] * 2 <= BLOCK_VOXELS) step[axis] *= 2;
  for (let z = 0; z < size[2]; z += step[2])
    for (let y = 0; y < size[1]; y += step[1])
      for (let x = 0; x < size[0]; x += step[0]) {
        const left: Vec3 = [size[0] - x, size[1] - y, size[2] - z];
        yield boxAt(
          [x, y, z],
          perAxis((axis) => Math.min(step[axis], left[axis])),
        );
      }
}

function openSums(grid: Grid, block: Vec3, missing: MissingValue, url: string) {
  const sums = new Float64Array(pointsOf(grid));
  const counts = new Float64Array(sums.length);
  const range = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
  const [mx, my] = grid.size;
  const columnOf = (x: number): number => Math.floor(x / block[0]);
  return {
    add(box: Box, voxels: VoxelArray): void {
      const [width, height, depth] = boxSize(box);
      const [x0, y0, z0] = box.start;
      const columns = Int32Array.from({ length: width }, (_, x) => columnOf(x0 + x));
      let at = 0;
      for (let z = 0; z < depth; z++)
        for (let y = 0; y < height; y++) {
          const row = (Math.floor((z0 + z) / block[2]) * my + Math.floor((y0 + y) / block[1])) * mx;
          for (let x = 0; x < width; x++, at++) {
            const value = Number(voxels[at]);
            if (value === missing) continue;
            if (!Number.isFinite(value)) throw notFinite(url, value, [x0 + x, y0 + y, z0 + z]);
            if (value < range.least) range.least = value;
            if (value > range.most) range.most = value;
            sums[row + columns[x]!]! += value;
            counts[row + columns[x]!]! += 1;
          }
        }
    },
    image(): WeightedImage {
      checkRange(url, range, missing);
      const whole = block[0] * block[1] * block[2];
      const values = new Float32Array(sums.length);
      const weights = new Float32Array(sums.length);
      for (let i = 0; i < sums.length; i++) {
        const share = counts[i]! / whole;
        if (share > 0) values[i] = sums[i]! / counts[i]!;
        if (share >= LEAST_RECORDED) weights[i] = share;
      }
      return { grid, values, weights };
    },
  };
}

const notFinite = (url: string, value: number, voxel: Vec3): RegistrationInputError =>
  new RegistrationInputError(
    `${url} is ${value} at voxel ${voxel.join(', ')}; expected finite numbers. ` +
      'Where nothing was recorded write 0, or another value that --missing-value names.',
  );

function checkRange(
  url: string,
  { least, most }: { readonly least: number; readonly most: number },
  missing: MissingValue,
): void {
  if (most < least)
    throw new RegistrationInputError(
      `${url} is ${missing} everywhere, which says that nothing was recorded: check the volume, or --missing-value.`,
    );
  if (most === least)
    throw new RegistrationInputError(
      `${url} is ${least} wherever something was recorded: a constant image cannot be registered.`,
    );
}
