/**
 * Takes the planes of a block down its mips while they arrive: each mip is averaged from the unrounded voxels of the
 * one above.
 */
import type { Buffers, Kernels } from '../kernels/kernels.ts';

/** Downsampling from one mip to the next: x, y, z. */
export type Factor = readonly [2, 2, 1 | 2];

export interface CascadeShape {
  /** Voxels of the block at the mip that is pushed; depth: how many planes will come. */
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** One factor per further mip. */
  readonly factors: readonly Factor[];
}

export interface CascadeOptions extends CascadeShape {
  readonly kernels: Kernels;
  /** From a layout that included `cascadeBuffers` of the same shape. */
  readonly buffers: Buffers<ReturnType<typeof cascadeBuffers>>;
  /**
   * Receives each finished plane, unrounded: level 0 is the mip that is pushed, z counts the level's planes from 0, x
   * runs fastest. The plane is valid during the call only.
   */
  readonly emit: (level: number, z: number, plane: Float32Array) => void;
}

export interface MipCascade {
  /** The next plane in z order: width x height unrounded voxels in kernel memory; it is not changed. */
  push(plane: Float32Array): void;
}

/** What a cascade needs in kernel memory, to be spread into the task's one call of `layout`. */
export function cascadeBuffers(shape: CascadeShape) {
  const voxels = levelsOf(shape).reduce((sum, level) => sum + level.factorZ * level.voxels, 0);
  return {
    cascadePlanes: { type: 'float32', length: voxels },
  } as const;
}

/**
 * A block of ceil(size / 2) per mip; at an odd border of any axis the missing partner counts as a copy of the last
 * voxel (in z: of the last plane). Order of the float32 sums: x pairs, then y, then z (see `halvePlane` for how far
 * that is exact).
 */
export function makeCascade(options: CascadeOptions): MipCascade {
  const { width, height, depth, kernels } = options;
  const levels = placeLevels(options, options.buffers.cascadePlanes);
  let pushed = 0;

  const finish = (number: number, z: number, plane: Float32Array): void => {
    options.emit(number, z, plane);
    const above = levels[number];
    const next = levels[number + 1];
    if (above === undefined || next === undefined) return;
    const halved = shrink(kernels, above, next, z, plane);
    if (halved !== undefined) finish(number + 1, Math.floor(z / next.factorZ), halved);
  };

  return {
    push(plane) {
      if (pushed === depth) throw new RangeError(`more than the ${depth} planes this cascade was made for`);
      if (plane.length < width * height)
        throw new RangeError(`plane has ${plane.length} voxels, expected ${width} x ${height}`);
      finish(0, pushed, plane.subarray(0, width * height));
      pushed += 1;
    },
  };
}

/** A mip of the block. Level 0 is the one pushed: it has no planes of its own. */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** From the level above. */
  readonly factorZ: 1 | 2;
  /** Of one plane; 0 where the level keeps none. */
  readonly voxels: number;
}

interface PlacedLevel extends Level {
  /** The plane that is passed on, and before that the half of a z pair that waits for its partner. */
  readonly first: Float32Array;
  /** The partner; empty where z is kept. */
  readonly second: Float32Array;
}

/** The plane of `next` that plane `z` of the level above completes, if it does. */
function shrink(
  kernels: Kernels,
  above: Level,
  next: PlacedLevel,
  z: number,
  plane: Float32Array,
): Float32Array | undefined {
  const isSecond = next.factorZ === 2 && z % 2 === 1;
  const target = isSecond ? next.second : next.first;
  kernels.halvePlane(plane, above.width, above.height, target);
  if (isSecond) kernels.averagePlanes(next.first, next.second, next.first);
  const waits = next.factorZ === 2 && !isSecond && z + 1 < above.depth;
  return waits ? undefined : next.first;
}

function levelsOf({ width, height, depth, factors }: CascadeShape): Level[] {
  const levels: Level[] = [{ width, height, depth, factorZ: 1, voxels: 0 }];
  for (const [, , factorZ] of factors) {
    const above = levels[levels.length - 1]!;
    const [halfWidth, halfHeight] = [Math.ceil(above.width / 2), Math.ceil(above.height / 2)];
    levels.push({
      width: halfWidth,
      height: halfHeight,
      depth: Math.ceil(above.depth / factorZ),
      factorZ,
      voxels: halfWidth * halfHeight,
    });
  }
  return levels;
}

function placeLevels(shape: CascadeShape, planes: Float32Array): PlacedLevel[] {
  let used = 0;
  const take = (voxels: number): Float32Array => {
    used += voxels;
    return planes.subarray(used - voxels, used);
  };
  return levelsOf(shape).map((level) => ({
    ...level,
    first: take(level.voxels),
    second: take(level.factorZ === 2 ? level.voxels : 0),
  }));
}
