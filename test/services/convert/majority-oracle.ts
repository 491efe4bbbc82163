/** What the resolutions of a segmentation should hold, computed the slow way (SEGMENTATION-AND-MESH section 3). */
import type { Vec3 } from '../../../shared/geometry/box.ts';

export interface Labels {
  readonly size: Vec3;
  readonly voxels: ArrayLike<number | bigint>;
}

/** The most frequent label of each cell as it is cut at the border; of equally frequent ones the smallest. */
export function majorityOracle({ size, voxels }: Labels, factor: Vec3): Labels {
  const smaller = size.map((extent, axis) => Math.ceil(extent / factor[axis]!)) as unknown as Vec3;
  const labels: (number | bigint)[] = [];
  for (let z = 0; z < smaller[2]; z++)
    for (let y = 0; y < smaller[1]; y++)
      for (let x = 0; x < smaller[0]; x++) labels.push(winner(cellAt([x, y, z])));
  return { size: smaller, voxels: labels };

  function* cellAt(cell: Vec3): Generator<number | bigint> {
    const [x0, y0, z0] = cell.map((c, axis) => c * factor[axis]!) as unknown as Vec3;
    for (let z = z0; z < Math.min(z0 + factor[2], size[2]); z++)
      for (let y = y0; y < Math.min(y0 + factor[1], size[1]); y++)
        for (let x = x0; x < Math.min(x0 + factor[0], size[0]); x++)
          yield voxels[x + size[0] * (y + size[1] * z)]!;
  }
}

function winner(cell: Iterable<number | bigint>): number | bigint {
  const counts = new Map<number | bigint, number>();
  for (const label of cell) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const best = [...counts].filter(([, count]) => count === most).map(([label]) => label);
  return best.reduce((least, label) => (label < least ? label : least));
}
