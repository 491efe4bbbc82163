/** Voxel sizes and orientations as NRRD and NIfTI files state them. */

import { type Orientation, OrientationError, parseOrientation } from '../geometry/orientation.ts';
import type { NrrdMeta } from './nrrd/header.ts';

/** Without a unit, a voxel of brain tissue: longer than this and it is in um, else in mm. */
const LONGEST_IN_MM = 2;

const guess = (sizes: readonly number[]): number => (Math.min(...sizes) >= LONGEST_IN_MM ? 1 : 1000);

/** Micrometres in NIfTI's unit of length: 1 m, 2 mm, 3 um; anything else says nothing. */
export function umPer(niftiUnit: number, sizes: readonly number[]): number {
  return { 1: 1e6, 2: 1e3, 3: 1 }[niftiUnit] ?? guess(sizes);
}

const UNITS: Readonly<Record<string, number>> = {
  m: 1e6,
  mm: 1e3,
  millimeter: 1e3,
  millimeters: 1e3,
  um: 1,
  µm: 1,
  μm: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometers: 1,
  nm: 1e-3,
};

/** Undefined where the header has neither spacings nor directions. */
export function nrrdVoxelSize(meta: NrrdMeta): readonly number[] | undefined {
  const sizes =
    meta.spacings ?? meta.spaceDirections?.map((step) => (step ? Math.hypot(...step) : Number.NaN));
  if (sizes === undefined || !sizes.every((size) => size > 0)) return undefined;
  const words = meta.units ?? meta.spaceUnits ?? sizes.map(() => meta.keyValues?.unit ?? '');
  return sizes.map((size, axis) => size * (UNITS[(words[axis] ?? '').toLowerCase()] ?? guess(sizes)));
}

/**
 * Voxel index to position in micrometres towards right, front and up, three rows of four; undefined where the header
 * does not say, or speaks of a space without these names.
 */
export function nrrdAffineUm(meta: NrrdMeta, voxelSizeUm: readonly number[]): number[][] | undefined {
  const { space, spaceDirections, spaceOrigin = [0, 0, 0] } = meta;
  const signs = space === undefined ? undefined : signsOf(space);
  const steps = spaceDirections?.filter((step) => step !== undefined);
  if (signs === undefined || steps?.length !== 3) return undefined;
  const um = steps.map((step, axis) => voxelSizeUm[axis]! / Math.hypot(...step));
  return signs.map((sign, row) => [
    ...steps.map((step, axis) => sign * step[row]! * um[axis]!),
    sign * (spaceOrigin[row] ?? 0) * um[0]!,
  ]);
}

/** A key `orientation` with three letters, or directions in a space that names its axes. */
export function statedByNrrd({ keyValues, space, spaceDirections }: NrrdMeta): Orientation | undefined {
  if (keyValues?.orientation !== undefined) return orientationOrNone(keyValues.orientation);
  const signs = space === undefined ? undefined : signsOf(space);
  if (signs === undefined || spaceDirections === undefined || spaceDirections.length !== 3) return undefined;
  if (!spaceDirections.every((step) => step?.length === 3)) return undefined;
  return orientationOfDirections(
    spaceDirections.map((step) => step!.map((value, axis) => value * signs[axis]!)),
  );
}

function orientationOrNone(text: string): Orientation | undefined {
  try {
    return parseOrientation(text);
  } catch (error) {
    // A key of the same name that means something else.
    if (error instanceof OrientationError) return undefined;
    throw error;
  }
}

/** Towards right, front and up. */
function signsOf(space: string): readonly number[] | undefined {
  const words = space.toLowerCase().split('-');
  const signs = [
    ['right', 'left'],
    ['anterior', 'posterior'],
    ['superior', 'inferior'],
  ].map(([plus, minus], axis) => (words[axis] === plus ? 1 : words[axis] === minus ? -1 : 0));
  return words.length === 3 && signs.every((sign) => sign !== 0) ? signs : undefined;
}

/** Steps of the three axes towards right, front and up; undefined where two axes lie nearest to the same direction. */
export function orientationOfDirections(steps: readonly (readonly number[])[]): Orientation | undefined {
  const letters = steps.map((step) => {
    const longest = step.reduce(
      (best, value, axis) => (Math.abs(value) > Math.abs(step[best]!) ? axis : best),
      0,
    );
    return ['RAS', 'LPI'][step[longest]! > 0 ? 0 : 1]![longest]!;
  });
  return orientationOrNone(letters.join(''));
}
