/** How far each tile lies from where the stage said, for the contact sheet. */
import type { Placement } from '../../../../shared/acquisition/placement.ts';
import type { Vec3 } from '../../../../shared/geometry/box.ts';
import { median } from '../../../../shared/numerics/statistics.ts';

export interface TileShift {
  readonly tile: Placement['tiles'][number];
  /** Position minus nominal, minus the median of that over all tiles; voxels. */
  readonly shift: Vec3;
}

export function tileShifts({ tiles }: Placement): readonly TileShift[] {
  const offset = (axis: 0 | 1 | 2) => tiles.map(({ position, nominal }) => position[axis] - nominal[axis]);
  const common = ([0, 1, 2] as const).map((axis) => median(offset(axis)));
  return tiles.map((tile) => ({
    tile,
    shift: [0, 1, 2].map(
      (axis) => tile.position[axis]! - tile.nominal[axis]! - common[axis]!,
    ) as unknown as Vec3,
  }));
}
