/** Three sections through the middle of the preview. */
import { previewFolder } from '../../../../shared/acquisition/preview.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import type { Vec3 } from '../../../../shared/geometry/box.ts';
import { openVolume } from '../../../../shared/volume/open-volume.ts';

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

export async function readSections(store: ObjectStore, channel: number): Promise<Sections> {
  const volume = await openVolume(store, previewFolder(channel));
  const [x, y, z] = volume.mips[0]!.sizeVoxels;
  const at: Vec3 = [x >> 1, y >> 1, z >> 1];
  const read = async (start: Vec3, end: Vec3): Promise<Float32Array> => {
    const { data } = await volume.read(0, { start, end });
    return Float32Array.from(data as ArrayLike<number>);
  };
  const xy = await read([0, 0, at[2]], [x, y, at[2] + 1]);
  const xz = await read([0, at[1], 0], [x, at[1] + 1, z]);
  const yz = await read([at[0], 0, 0], [at[0] + 1, y, z]);
  return {
    at,
    xy: { width: x, height: y, values: xy },
    xz: { width: x, height: z, values: xz },
    zy: { width: z, height: y, values: transposed(yz, y, z) },
  };
}

/** `width` values a line become as many lines. */
function transposed(values: Float32Array, width: number, height: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let line = 0; line < height; line++)
    for (let i = 0; i < width; i++) turned[i * height + line] = values[line * width + i]!;
  return turned;
}
