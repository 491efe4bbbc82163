/** Axis-aligned boxes of voxels: x to the right, y down, z along the stack; `end` is excluded. */

export type Vec3 = readonly [number, number, number];

/** One value for each of x, y, z. */
export const perAxis = (of: (axis: 0 | 1 | 2) => number): Vec3 => [of(0), of(1), of(2)];

export interface Box {
  readonly start: Vec3;
  readonly end: Vec3;
}

export const boxSize = ({ start, end }: Box): Vec3 => [
  end[0] - start[0],
  end[1] - start[1],
  end[2] - start[2],
];

/** Voxels in it. */
export const boxVolume = (box: Box): number => boxSize(box).reduce((volume, extent) => volume * extent, 1);

export const boxAt = (start: Vec3, size: Vec3): Box => ({
  start,
  end: [start[0] + size[0], start[1] + size[1], start[2] + size[2]],
});

export const isEmpty = (box: Box): boolean => boxSize(box).some((extent) => extent <= 0);

/** Possibly empty. */
export const intersect = (a: Box, b: Box): Box => ({
  start: [
    Math.max(a.start[0], b.start[0]),
    Math.max(a.start[1], b.start[1]),
    Math.max(a.start[2], b.start[2]),
  ],
  end: [Math.min(a.end[0], b.end[0]), Math.min(a.end[1], b.end[1]), Math.min(a.end[2], b.end[2])],
});
