/** A channel at low resolution, as the illumination is estimated from it. */

export type Three = readonly [number, number, number];

export interface LowVolume {
  /** Counts without background, x fastest; 0 where nothing was imaged. */
  readonly data: Float32Array;
  readonly size: Three;
  readonly voxelSizeUm: Three;
}

/** Why the illumination cannot be estimated from it; undefined where it can. */
export function volumeProblem({ data, size }: LowVolume): string | undefined {
  const bad = data.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad >= 0)
    return `voxel (${placeOf(bad, size).join(', ')}) is ${data[bad]}; expected finite numbers from 0 on`;
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const value of data) {
    if (value === 0) continue;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  if (largest === 0) return 'all voxels are 0: there is nothing to estimate from';
  return smallest === largest
    ? `all voxels that are not 0 are ${largest}: there is nothing to estimate from`
    : undefined;
}

const placeOf = (index: number, [width, height]: Three): number[] => [
  index % width,
  Math.floor(index / width) % height,
  Math.floor(index / (width * height)),
];

/** The field is far smoother than that. */
const mostUm = 200;
const leastVoxels = 32;

/** Voxels along each axis that become one: of at most 200 um, as far as 32 are left. */
export const reductionOf = ({ size, voxelSizeUm }: Pick<LowVolume, 'size' | 'voxelSizeUm'>): Three =>
  voxelSizeUm.map((um, axis) =>
    Math.max(1, Math.min(Math.floor(mostUm / um), Math.floor(size[axis]! / leastVoxels))),
  ) as unknown as Three;

/** Averages by `reductionOf`; 0 is left out of the means. */
export function reducedVolume(volume: LowVolume): LowVolume {
  const factor = reductionOf(volume);
  return factor.every((one) => one === 1) ? volume : averaged(volume, factor);
}

/** Voxels that are left over at the far ends are dropped, so that every mean stands at its block's centre. */
function averaged({ data, size, voxelSizeUm }: LowVolume, factor: Three): LowVolume {
  const reduced = size.map((voxels, axis) => Math.floor(voxels / factor[axis]!)) as unknown as Three;
  const [width, height, depth] = reduced;
  const sums = new Float64Array(width * height * depth);
  const counts = new Float64Array(sums.length);
  for (let z = 0; z < depth * factor[2]; z++) {
    for (let y = 0; y < height * factor[1]; y++) {
      const row = (z * size[1] + y) * size[0];
      const target = (Math.floor(z / factor[2]) * height + Math.floor(y / factor[1])) * width;
      for (let x = 0; x < width * factor[0]; x++) {
        const value = data[row + x]!;
        if (value === 0) continue;
        const voxel = target + Math.floor(x / factor[0]);
        sums[voxel] = sums[voxel]! + value;
        counts[voxel] = counts[voxel]! + 1;
      }
    }
  }
  return {
    data: Float32Array.from(sums, (sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 0)),
    size: reduced,
    voxelSizeUm: voxelSizeUm.map((um, axis) => um * factor[axis]!) as unknown as Three,
  };
}
