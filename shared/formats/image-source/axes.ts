/** From the axes of an array file to three of space and one of channels. */
import type { Vec3 } from '../../geometry/box.ts';
import { ArrayFileError } from '../array-file.ts';

export interface Axes {
  readonly sizeVoxels: Vec3;
  readonly channels: number;
  readonly interleaved: boolean;
}

/** `shape`: fastest axis first. The axis of channels may be the first or the last; two axes are one plane, one is a row. */
export function axesOf(file: string, shape: readonly number[], channelAxis: number | undefined): Axes {
  const space = shape.filter((_, axis) => axis !== channelAxis);
  const [x, y = 1, z = 1, ...more] = space;
  const isAtAnEnd = channelAxis === undefined || channelAxis === 0 || channelAxis === shape.length - 1;
  if (x !== undefined && more.length === 0 && isAtAnEnd)
    return {
      sizeVoxels: [x, y, z],
      channels: channelAxis === undefined ? 1 : shape[channelAxis]!,
      interleaved: channelAxis === 0,
    };
  throw new ArrayFileError(
    file,
    `has ${shape.length} axes, ${shape.join(' x ')}; expected one to three of space, and at most one of channels before or behind them`,
  );
}

/** Undefined where a size is missing or not above 0. */
export function voxelSizeOf(sizes: readonly number[] | undefined): Vec3 | undefined {
  const [x = 0, y = 0, z = 0] = sizes ?? [];
  return x > 0 && y > 0 && z > 0 && [x, y, z].every(Number.isFinite) ? [x, y, z] : undefined;
}
