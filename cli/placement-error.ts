/** How far placed tiles are from where they truly lie, where that is known (a phantom's `truth.json`). */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Placement } from '../shared/acquisition/placement.ts';
import type { Vec3 } from '../shared/geometry/box.ts';
import { median } from '../shared/numerics/statistics.ts';

const truthSchema = z.object({
  format: z.literal('colm-truth/1'),
  tiles: z.array(
    z.object({
      loc: z.number(),
      present: z.boolean(),
      /** Centre of the tile's first voxel, voxels, in the nominal frame. */
      true_voxel: z.tuple([z.number(), z.number(), z.number()]),
    }),
  ),
});

export type Truth = z.infer<typeof truthSchema>;

export const readTruth = async (file: string): Promise<Truth> =>
  truthSchema.parse(JSON.parse(await readFile(file, 'utf8')));

/** Voxels. */
export interface AxisError {
  readonly axis: 'x' | 'y' | 'z';
  readonly mean: number;
  readonly max: number;
}

/**
 * Per axis over the tiles that were scanned. The median error is taken out first: a shift common to all tiles moves
 * the volume, not its seams.
 */
export function placementErrors(placement: Placement, truth: Truth): AxisError[] {
  const errors = shiftsOf(placement, truth);
  return (['x', 'y', 'z'] as const).map((name, axis) => {
    const along = errors.map((error) => error[axis]!);
    const common = median(along);
    const rest = along.map((error) => Math.abs(error - common));
    const mean = rest.reduce((sum, error) => sum + error, 0) / Math.max(1, rest.length);
    return { axis: name, mean, max: Math.max(0, ...rest) };
  });
}

/** Where the first voxel of the stitched volume lies in the nominal frame, voxels. */
export function volumeOrigin(placement: Placement, truth: Truth): Vec3 {
  const shifts = shiftsOf(placement, truth);
  const along = (axis: 0 | 1 | 2): number => -median(shifts.map((shift) => shift[axis]));
  return [along(0), along(1), along(2)];
}

/** Of each tile that was scanned: from its true place in the nominal frame to where it lies in the volume. */
function shiftsOf(placement: Placement, truth: Truth): Vec3[] {
  const placed = new Map(placement.tiles.map(({ loc, position }) => [loc, position]));
  return truth.tiles.flatMap(({ loc, present, true_voxel: [x, y, z] }) => {
    const position = present ? placed.get(loc) : undefined;
    return position ? [[position[0] - x, position[1] - y, position[2] - z] as const] : [];
  });
}
