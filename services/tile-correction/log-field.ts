/**
 * The flat field of a channel as its logarithm v: a cubic spline over the tile (ILLUMINATION section 2.1). A positive
 * value is too bright: corrected = (raw - background) exp(-v).
 */
import { axisThrough, forEachSplineRow } from '../../shared/numerics/bspline.ts';
import type { ReducedGrid } from './looks.ts';

/** Control points along each axis of the field. */
export const pointsPerAxis = 6;

export interface LogField {
  readonly grid: ReducedGrid;
  /** 6 x 6 control points, x fastest; the domain runs between the centres of the grid's outer pixels. */
  readonly coefficients: Float64Array;
}

/**
 * The factor exp(-v) that fusion multiplies by, at every pixel of a tile, x fastest, with v shifted so that the mean
 * of exp(v) over the tile is 1: the correction keeps the mean brightness. Beyond the outer pixels' centres v is constant.
 */
export function evaluateFlatField(
  { grid, coefficients }: LogField,
  tileWidth: number,
  tileHeight: number,
): Float32Array {
  const axes = [
    axisThrough(placesOnGrid(tileWidth, grid.reduction), grid.width, pointsPerAxis),
    axisThrough(placesOnGrid(tileHeight, grid.reduction), grid.height, pointsPerAxis),
  ];
  const factor = new Float32Array(tileWidth * tileHeight);
  let sum = 0;
  forEachSplineRow({ data: coefficients, shape: [pointsPerAxis, pointsPerAxis] }, axes, (row, start) => {
    for (let x = 0; x < row.length; x++) {
      const gain = Math.exp(row[x]!);
      sum += gain;
      factor[start + x] = 1 / gain;
    }
  });
  const mean = sum / factor.length;
  return factor.map((value) => value * mean);
}

/** Where the tile's pixels lie on the grid: its pixel k has its centre at (k + 0.5) reduction - 0.5 of the tile. */
const placesOnGrid = (pixels: number, reduction: number): Float64Array =>
  Float64Array.from({ length: pixels }, (_, pixel) => (pixel + 0.5) / reduction - 0.5);
