/** Three sections through the middle of the preview, collected while its planes go by. */
import type { Vec3 } from '../../../shared/geometry/box.ts';

/** x to the right in the first two, z to the right in the last; 0 where no tile is. */
export interface Section {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

export interface Sections {
  /** Voxel of the preview in which they cross. */
  readonly at: Vec3;
  readonly xy: Section;
  readonly xz: Section;
  readonly zy: Section;
}

export interface SectionCollector {
  /** A plane of the preview, 0 where no tile is. */
  take(z: number, plane: Float32Array): void;
  readonly sections: Sections;
}

export function collectSections([x, y, z]: Vec3): SectionCollector {
  const at: Vec3 = [x >> 1, y >> 1, z >> 1];
  const sections = { at, xy: emptySection(x, y), xz: emptySection(x, z), zy: emptySection(z, y) };
  return {
    sections,
    take(plane, values) {
      if (plane === at[2]) sections.xy.values.set(values);
      sections.xz.values.set(values.subarray(at[1] * x, (at[1] + 1) * x), plane * x);
      for (let row = 0; row < y; row++) sections.zy.values[row * z + plane] = values[row * x + at[0]]!;
    },
  };
}

const emptySection = (width: number, height: number): Section => ({
  width,
  height,
  values: new Float32Array(width * height),
});
