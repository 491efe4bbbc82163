/** Three planes through the middle of an image, as pictures: positions of pixels, and grey values. */
import type { Vec3 } from '../../../shared/geometry/box.ts';
import type { Grid } from '../../../shared/registration/grid.ts';
import type { WeightedImage } from '../../../shared/registration/levels.ts';
import { blankPicture, type Picture } from './png.ts';

type Axis = 0 | 1 | 2;

export interface Plane {
  /** Along the picture's rows, and down it. */
  readonly across: Axis;
  readonly down: Axis;
  /** Centred um of the axis through the plane. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly umPerPixel: number;
  readonly grid: Grid;
}

/** Pixels of the longest side of the three. */
const LONGEST = 480;

/** x-y, x-z and z-y, through the middle of the volume. */
export function middlePlanes(grid: Grid): readonly Plane[] {
  const extent = (axis: Axis): number => grid.size[axis] * grid.spacingUm[axis];
  const umPerPixel = Math.max(extent(0), extent(1), extent(2)) / LONGEST;
  const plane = (across: Axis, down: Axis): Plane => {
    const through = (3 - across - down) as Axis;
    return {
      across,
      down,
      at: grid.originUm[through] + ((grid.size[through] - 1) / 2) * grid.spacingUm[through],
      width: Math.max(1, Math.round(extent(across) / umPerPixel)),
      height: Math.max(1, Math.round(extent(down) / umPerPixel)),
      umPerPixel,
      grid,
    };
  };
  return [plane(0, 1), plane(0, 2), plane(2, 1)];
}

/** Centred um of a pixel's middle. */
export function positionOf({ across, down, at, umPerPixel, grid }: Plane, x: number, y: number): Vec3 {
  const point: [number, number, number] = [at, at, at];
  const start = (axis: Axis): number => grid.originUm[axis] - grid.spacingUm[axis] / 2;
  point[across] = start(across) + (x + 0.5) * umPerPixel;
  point[down] = start(down) + (y + 0.5) * umPerPixel;
  return point;
}

/** Index of the nearest point of a grid; -1 outside. */
export function nearestIn({ size, spacingUm, originUm }: Grid, point: Vec3): number {
  const index = ([0, 1, 2] as const).map((axis) =>
    Math.round((point[axis] - originUm[axis]) / spacingUm[axis]),
  ) as [number, number, number];
  if (index.some((i, axis) => i < 0 || i >= size[axis]!)) return -1;
  return index[0] + size[0] * (index[1] + size[1] * index[2]);
}

const NOT_RECORDED = [30, 36, 56] as const;

/** Values from `black` to `white` as grey; dark blue where nothing was recorded. */
export function greyPicture(
  plane: Plane,
  { grid, values, weights }: WeightedImage,
  [black, white]: readonly [number, number],
): Picture {
  const picture = blankPicture(plane.width, plane.height);
  for (let y = 0; y < plane.height; y++)
    for (let x = 0; x < plane.width; x++) {
      const at = nearestIn(grid, positionOf(plane, x, y));
      const grey = at < 0 ? 0 : Math.min(255, Math.max(0, (255 * (values[at]! - black)) / (white - black)));
      const isRecorded = at >= 0 && weights[at]! > 0;
      picture.pixels.set(isRecorded ? [grey, grey, grey] : NOT_RECORDED, 3 * (x + y * plane.width));
    }
  return picture;
}

/** Draws over a picture where a number at a pixel differs from that to the right or below. */
export function drawContours(
  picture: Picture,
  numberAt: (x: number, y: number) => number,
  colour: readonly [number, number, number],
): void {
  const { width, height } = picture;
  const numbers = Float64Array.from({ length: width * height }, (_, i) =>
    numberAt(i % width, Math.floor(i / width)),
  );
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0; x + 1 < width; x++) {
      const i = x + y * width;
      if (numbers[i] !== numbers[i + 1] || numbers[i] !== numbers[i + width])
        picture.pixels.set(colour, 3 * i);
    }
}
