/** A volume of camera-like noise, written as `run` writes its own. */
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { boxAt, type Vec3 } from '../../../shared/geometry/box.ts';
import { loadKernels } from '../../../shared/kernels/kernels.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { withBlockWriter, writerBuffers } from '../../../shared/volume/block-writer.ts';
import type { Compression } from '../../../shared/volume/codecs/compression.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import { writeVolumeInfo } from '../../../shared/volume/write-volume.ts';

const SIZE: Vec3 = [64, 64, 16];

/** Chunks of 32 x 32 x 16: both ends of a match lie in one. Returns the voxel under a position; 0 outside. */
export async function writeNoisyVolume(
  place: string,
  compression: Compression,
  dataType: 'uint16' | 'float32',
): Promise<(x: number, y: number, z: number) => number> {
  const [width, height, depth] = SIZE;
  const random = seededRandom(1);
  const length = width * height * depth;
  const values = Array.from({ length }, (_, i) => 150 + (i % width) * 5 + Math.floor(random() * 250));
  const voxels = dataType === 'uint16' ? Uint16Array.from(values) : Float32Array.from(values);
  const mip: Mip = {
    key: '1000_1000_1000',
    sizeVoxels: SIZE,
    resolutionNm: [1000, 1000, 1000],
    factorFromPrevious: [1, 1, 1],
    chunkSize: [32, 32, 16],
    dataType,
  };
  const store = folderStore(place);
  await writeVolumeInfo(store, '', [mip]);
  const target = {
    store,
    folder: '',
    compression,
    mips: [mip],
    sourceMip: 0,
    firstMip: 0,
    lastMip: 0,
    box: boxAt([0, 0, 0], SIZE),
  };
  const area = width * height;
  const kernels = loadKernels();
  const buffers = kernels.layout({ plane: { type: 'float32', length: area }, ...writerBuffers(target) });
  await withBlockWriter(target, kernels, buffers, async (writer) => {
    for (let z = 0; z < depth; z++) {
      buffers.plane.set(voxels.subarray(z * area, (z + 1) * area));
      writer.plane(0, z, buffers.plane);
      await writer.flow();
    }
  });
  return (x, y, z) => {
    const [i, j] = [Math.floor(x), Math.floor(y)];
    return i < 0 || j < 0 || i >= width || j >= height ? 0 : voxels[i + width * (j + height * z)]!;
  };
}
