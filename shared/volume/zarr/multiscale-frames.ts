/** Where the arrays of an OME-Zarr image lie: the `multiscales` of NGFF as voxel sizes and offsets. */
import { z } from 'zod';
import { perAxis, type Vec3 } from '../../geometry/box.ts';
import { UnsupportedVolumeError, VolumeError } from '../errors.ts';

const transform = z.looseObject({
  type: z.string(),
  scale: z.array(z.number().positive()).optional(),
  translation: z.array(z.number()).optional(),
});
type Transform = z.infer<typeof transform>;

export const multiscaleSchema = z.looseObject({
  axes: z.array(z.looseObject({ name: z.string(), type: z.string().optional(), unit: z.string().nullish() })),
  datasets: z
    .array(z.looseObject({ path: z.string().min(1), coordinateTransformations: z.array(transform) }))
    .nonempty(),
  coordinateTransformations: z.array(transform).nullish(),
});
export type Multiscale = z.infer<typeof multiscaleSchema>;

const NM: Readonly<Record<string, number>> = {
  angstrom: 0.1,
  nanometer: 1,
  micrometer: 1e3,
  millimeter: 1e6,
  centimeter: 1e7,
  meter: 1e9,
};

/** To a millionth of a nanometre, as the pyramid is planned: 0.585 um are 585 nm. */
const rounded = (nm: number): number => Math.round(nm * 1e6) / 1e6;

/** Of rounding a half, so that -0.5 with a speck of noise is still 0. */
const SPECK = 1e-6;

/**
 * NGFF speaks of the centres of voxels: that of the first lies half a voxel from the corner. Offsets are whole voxels here;
 * where the first centre lies at 0 itself, as most programs write it, so does the corner.
 */
export function framesOf(
  multiscale: Multiscale,
  where: string,
): readonly { readonly resolutionNm: Vec3; readonly voxelOffset: Vec3 }[] {
  const rank = multiscale.axes.length;
  const onAxis = (list: readonly number[], axis: 0 | 1 | 2): number => list[rank - 1 - axis]!;
  const units = perAxis((axis) => nmOf(multiscale.axes[rank - 1 - axis]!.unit, where));
  return multiscale.datasets.map(({ coordinateTransformations }) => {
    const all = [...coordinateTransformations, ...(multiscale.coordinateTransformations ?? [])];
    const { scale, translation } = combined(all, rank, where);
    const firstVoxel = (axis: 0 | 1 | 2): number =>
      Math.round(onAxis(translation, axis) / onAxis(scale, axis) - 0.5 + SPECK);
    const resolutionNm = perAxis((axis) => rounded(onAxis(scale, axis) * units[axis]));
    // Never minus zero.
    const voxelOffset = perAxis((axis) => firstVoxel(axis) + 0);
    if (
      !resolutionNm.every((nm) => nm > 0 && Number.isFinite(nm)) ||
      !voxelOffset.every(Number.isSafeInteger)
    )
      throw new VolumeError(
        `${where}: voxels of ${resolutionNm.join(' x ')} nm from voxel ${voxelOffset.join(', ')} on, expected sizes above 0 and places that can be counted`,
      );
    return { resolutionNm, voxelOffset };
  });
}

/** Without a unit: micrometres, the field's own. */
function nmOf(unit: string | null | undefined, where: string): number {
  const nm = NM[unit ?? 'micrometer'];
  if (nm !== undefined) return nm;
  throw new UnsupportedVolumeError(where, `the unit "${unit}"`);
}

function combined(
  transforms: readonly Transform[],
  rank: number,
  where: string,
): { readonly scale: readonly number[]; readonly translation: readonly number[] } {
  let scale = Array<number>(rank).fill(1);
  let translation = Array<number>(rank).fill(0);
  for (const { type, scale: by, translation: to } of transforms) {
    if (type === 'scale' && by?.length === rank) {
      scale = scale.map((value, axis) => value * by[axis]!);
      translation = translation.map((value, axis) => value * by[axis]!);
    } else if (type === 'translation' && to?.length === rank)
      translation = translation.map((value, axis) => value + to[axis]!);
    else if (type !== 'identity')
      throw new UnsupportedVolumeError(where, `a coordinate transformation of type "${type}"`);
  }
  return { scale, translation };
}
