/**
 * The illumination field of a channel: the logarithm b of a smooth factor, as the control points of a cubic spline in a
 * box of the volume (ILLUMINATION section 4). corrected = (raw - background) exp(-b).
 */
import { z } from 'zod';
import { encodeNrrd } from '../formats/nrrd/write.ts';
import type { SplineLattice } from '../numerics/bspline.ts';
import type { Three } from './volume.ts';

export interface IlluminationField {
  /** At least four points an axis, x fastest. */
  readonly lattice: SplineLattice;
  /** Where the spline's domain begins and ends along each axis; the volume's corner is 0. Beyond it b stays. */
  readonly firstUm: Three;
  readonly lastUm: Three;
}

/** |b| beyond this is cut: a factor of 10. */
export const mostLogFactor = 2.3;

const three = z.tuple([z.number(), z.number(), z.number()]);
const points = z.number().int().min(4).max(64);

/** The JSON file of a field. */
export const illuminationFieldSchema = z
  .object({
    format: z.literal('cloudreg-illumination-field/1'),
    /** Control points along x, y, z. */
    shape: z.tuple([points, points, points]),
    firstUm: three,
    lastUm: three,
    /** Control points of the log field, x fastest, exact as float32. */
    logField: z.array(z.number()),
  })
  .refine(({ shape, logField }) => logField.length === shape[0] * shape[1] * shape[2], {
    error: 'logField needs a number for each control point of shape',
  });

export type StoredIlluminationField = z.infer<typeof illuminationFieldSchema>;

/** Nine digits give every float32 back. */
export const storedField = ({ lattice, firstUm, lastUm }: IlluminationField): StoredIlluminationField => ({
  format: 'cloudreg-illumination-field/1',
  shape: [...(lattice.shape as Three)],
  firstUm: [...firstUm],
  lastUm: [...lastUm],
  logField: Array.from(lattice.data, (value) => Number(Math.fround(value).toPrecision(9))),
});

export const fieldFromStored = ({
  shape,
  firstUm,
  lastUm,
  logField,
}: StoredIlluminationField): IlluminationField => ({
  lattice: { data: Float64Array.from(logField, Math.fround), shape },
  firstUm,
  lastUm,
});

/** The lattice for other programs: each control point at its place in micrometres, the volume's corner at 0. */
export function fieldNrrd({ lattice, firstUm, lastUm }: IlluminationField): Uint8Array {
  const steps = lattice.shape.map((count, axis) => (lastUm[axis]! - firstUm[axis]!) / (count - 3));
  return encodeNrrd({
    shape: lattice.shape,
    data: Float32Array.from(lattice.data),
    meta: {
      content: 'control points of a uniform cubic B-spline: natural logarithm of the illumination',
      spaceDimension: 3,
      // An axis of one voxel has no extent, but a file must have a step.
      spaceDirections: steps.map((step, axis) => [0, 1, 2].map((row) => (row === axis ? step || 1 : 0))),
      spaceOrigin: steps.map((step, axis) => firstUm[axis]! - step),
      spaceUnits: ['um', 'um', 'um'],
      kinds: ['domain', 'domain', 'domain'],
      keyValues: { firstUm: firstUm.join(' '), lastUm: lastUm.join(' ') },
    },
  });
}
