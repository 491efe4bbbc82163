/** Reads a scale chunk by chunk and keeps block means, or picked voxels: memory holds a few chunks and the result. */
import { boxSize, type Vec3 } from '../../../shared/geometry/box.ts';
import type { LowVolume } from '../../../shared/illumination/volume.ts';
import { quantile } from '../../../shared/numerics/statistics.ts';
import { cellsIn, chunkBox, volumeBox } from '../../../shared/volume/chunk-grid.ts';
import { bytesPerVoxel } from '../../../shared/volume/data-type.ts';
import type { StoredMip } from '../../../shared/volume/info.ts';
import type { Volume } from '../../../shared/volume/open-volume.ts';
import { type Sampling, umOf } from './sampling.ts';

export interface LowReading {
  readonly low: LowVolume;
  /** The first voxel that is negative or not finite, in words. */
  readonly problem: string | undefined;
}

/** Decoded chunks at a time. */
const READ_AHEAD_BYTES = 2 ** 26;
/**
 * What is imaged and darker than this share of the bright tissue is raised to it: no tissue is that dark, and the
 * logarithms of a camera's noise would pull the mask's threshold down to its border. Measured on brains cut into tiles
 * (bench/illumination-acquisition.ts): without it fields are found where there are none, of up to 0.165 instead of 0.137.
 */
const DARK_SHARE = 0.02;
const BRIGHT = 0.99;

/** Voxels that are left over at the far ends are dropped, so that every mean stands at its block's centre. */
export async function readLowVolume(volume: Volume, sampling: Sampling): Promise<LowReading> {
  const { mip, factor } = sampling;
  const stored = volume.mips[mip]!;
  const sums = makeSums(stored, sampling);
  let problem: string | undefined;
  for (const cells of batches(stored)) {
    // Read at once, added in order: the same sums on any machine.
    const chunks = await Promise.all(cells.map((cell) => volume.readChunk(mip, cell)));
    for (const [i, { data }] of chunks.entries()) {
      const { start, end } = chunkBox(stored, cells[i]!);
      const corner = minus(start, stored.voxelOffset);
      problem ??= problemIn(data as ArrayLike<number>, stored, corner, boxSize({ start, end }));
      sums.add(data as ArrayLike<number>, corner, boxSize({ start, end }));
    }
  }
  const um = umOf(stored);
  const voxelSizeUm = [um[0] * factor[0], um[1] * factor[1], um[2] * factor[2]] as const;
  return { low: { data: sums.values(), size: sums.size, voxelSizeUm }, problem };
}

const lowSize = ({ sizeVoxels }: Pick<StoredMip, 'sizeVoxels'>, factor: Vec3): Vec3 => [
  Math.floor(sizeVoxels[0] / factor[0]),
  Math.floor(sizeVoxels[1] / factor[1]),
  Math.floor(sizeVoxels[2] / factor[2]),
];

function* batches(mip: StoredMip): Generator<Vec3[]> {
  const [x, y, z] = mip.chunkSize;
  const most = Math.max(
    1,
    Math.min(8, Math.floor(READ_AHEAD_BYTES / (x * y * z * bytesPerVoxel(mip.dataType)))),
  );
  let batch: Vec3[] = [];
  for (const cell of cellsIn(mip, volumeBox(mip))) {
    batch.push(cell);
    if (batch.length < most) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function makeSums(mip: StoredMip, { factor, takes }: Sampling) {
  const size = lowSize(mip, factor);
  const [width, height, depth] = size;
  const [alongX, alongY, alongZ] = [0, 1, 2].map((axis) =>
    placesAlong(mip.sizeVoxels[axis]!, factor[axis]!, size[axis]!, takes),
  ) as [Int32Array, Int32Array, Int32Array];
  const sums = new Float64Array(width * height * depth);
  const counts = new Float64Array(sums.length);
  const add = (voxels: ArrayLike<number>, [x0, y0, z0]: Vec3, [columns, rows, planes]: Vec3): void => {
    for (let z = 0; z < planes; z++) {
      for (let y = 0; y < rows; y++) {
        const [lowY, lowZ] = [alongY[y0 + y]!, alongZ[z0 + z]!];
        if (lowY < 0 || lowZ < 0) continue;
        const row = (z * rows + y) * columns;
        const target = (lowZ * height + lowY) * width;
        for (let x = 0; x < columns; x++) {
          const [value, lowX] = [voxels[row + x]!, alongX[x0 + x]!];
          if (value === 0 || lowX < 0) continue;
          sums[target + lowX] = sums[target + lowX]! + value;
          counts[target + lowX] = counts[target + lowX]! + 1;
        }
      }
    }
  };
  const values = () => Float32Array.from(sums, (sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 0));
  return { size, add, values: takes === 'mean' ? () => liftDark(values()) : values };
}

function liftDark(means: Float32Array): Float32Array {
  const dark = DARK_SHARE * quantile(means, BRIGHT);
  return means.map((mean) => (mean > 0 ? Math.max(mean, dark) : mean));
}

/** Of each voxel along an axis the block it stands for; -1 where it does not count. */
function placesAlong(voxels: number, factor: number, blocks: number, takes: Sampling['takes']): Int32Array {
  return Int32Array.from({ length: voxels }, (_, at) => {
    const block = Math.floor(at / factor);
    const isTaken = takes === 'mean' || at % factor === factor >> 1;
    return isTaken && block < blocks ? block : -1;
  });
}

/** Whole numbers without a sign are always sound. */
function problemIn(
  voxels: ArrayLike<number>,
  { dataType, key }: StoredMip,
  corner: Vec3,
  [columns, rows]: Vec3,
): string | undefined {
  if (dataType !== 'float32') return undefined;
  const bad = (voxels as Float32Array).findIndex(
    (value) => !(value >= 0 && value < Number.POSITIVE_INFINITY),
  );
  if (bad < 0) return undefined;
  const inChunk = [bad % columns, Math.floor(bad / columns) % rows, Math.floor(bad / (columns * rows))];
  const at = inChunk.map((voxel, axis) => voxel + corner[axis]!);
  return `voxel (${at.join(', ')}) of scale ${key} is ${voxels[bad]}; expected finite numbers from 0 on`;
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
