/** Sections through the middle of a volume. */
import type { Vec3 } from '../../../shared/geometry/box.ts';

export interface Section {
  /** Axes of the volume. */
  readonly across: 0 | 1 | 2;
  readonly down: 0 | 1 | 2;
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** x-y, x-z, and z-y. */
export function cutSections(values: Float32Array, size: Vec3): readonly Section[] {
  const steps: Vec3 = [1, size[0], size[0] * size[1]];
  const cut = (across: 0 | 1 | 2, down: 0 | 1 | 2): Section => {
    const through = (3 - across - down) as 0 | 1 | 2;
    const first = (size[through] >> 1) * steps[through];
    const [width, height] = [size[across], size[down]];
    const at = (i: number) => first + (i % width) * steps[across] + Math.floor(i / width) * steps[down];
    return {
      across,
      down,
      width,
      height,
      values: Float32Array.from({ length: width * height }, (_, i) => values[at(i)]!),
    };
  };
  return [cut(0, 1), cut(0, 2), cut(2, 1)];
}
