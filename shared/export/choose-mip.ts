/** Which part of a volume is meant. */
import { type Box, isEmpty, type Vec3 } from '../geometry/box.ts';
import { volumeBox } from '../volume/chunk-grid.ts';
import type { StoredMip } from '../volume/info.ts';
import { ExportError } from './export-error.ts';

/** 2.3 um are not finer than 2300.0000001 nm. */
const TOLERANCE = 1 + 1e-6;

/**
 * CloudReg's rule: the last mip whose voxels are no longer than that along any axis (CLOUDREG section 6); undefined
 * where even the finest is coarser.
 */
export function mipAtResolution(mips: readonly StoredMip[], longestUm: number): number | undefined {
  const fits = mips.map(({ resolutionNm }) => resolutionNm.every((nm) => nm / 1000 <= longestUm * TOLERANCE));
  return fits.includes(true) ? fits.lastIndexOf(true) : undefined;
}

/** @throws ExportError where there is no such mip */
export function mipNumbered(mips: readonly StoredMip[], mip: number): StoredMip {
  const found = mips[mip];
  if (found) return found;
  throw new ExportError(`There is no mip ${mip}: the volume has mips 0 to ${mips.length - 1}.`);
}

/** `x0,y0,z0,x1,y1,z1` in voxels of the mip, counted with its offset, the end excluded. @throws ExportError */
export function boundsIn(mip: StoredMip, bounds: readonly number[]): Box {
  const whole = volumeBox(mip);
  const [x0 = 0, y0 = 0, z0 = 0, x1 = 0, y1 = 0, z1 = 0] = bounds;
  const box: Box = { start: [x0, y0, z0], end: [x1, y1, z1] };
  const axes = [0, 1, 2] as const;
  const isInside = axes.every(
    (axis) => box.start[axis] >= whole.start[axis] && box.end[axis] <= whole.end[axis],
  );
  if (isInside && !isEmpty(box)) return box;
  const words = ({ start, end }: Box): string =>
    [start, end].map((corner: Vec3) => corner.join(',')).join(',');
  throw new ExportError(
    `--bounds ${words(box)}: the voxels of this mip are ${words(whole)}; expected a box inside of them, its end excluded and behind its start on each axis.`,
  );
}
