/** How far placed tiles are from where they truly lie, where that is known (a phantom's `truth.json`). */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Placement } from '../shared/acquisition/placement.ts';
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
  const placed = new Map(placement.tiles.map(({ loc, position }) => [loc, position]));
  const errors = truth.tiles.flatMap(({ loc, present, true_voxel }) => {
    const position = present ? placed.get(loc) : undefined;
    return position ? [position.map((at, axis) => at - true_voxel[axis]!)] : [];
  });
  return (['x', 'y', 'z'] as const).map((name, axis) => {
    const along = errors.map((error) => error[axis]!);
    const common = median(along);
    const rest = along.map((error) => Math.abs(error - common));
    const mean = rest.reduce((sum, error) => sum + error, 0) / Math.max(1, rest.length);
    return { axis: name, mean, max: Math.max(0, ...rest) };
  });
}
