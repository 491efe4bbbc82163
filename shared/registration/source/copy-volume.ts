/** An array file as a precomputed volume of one resolution, so that tasks can read a part of it. */
import type { ObjectStore } from '../../engine/ports.ts';
import { inParallel } from '../../in-parallel.ts';
import { cellsIn, chunkBox, volumeBox } from '../../volume/chunk-grid.ts';
import { planScales } from '../../volume/scales.ts';
import { writeChunk, writeVolumeInfo } from '../../volume/write-volume.ts';
import type { SourceVolume } from './source-volume.ts';

const CHUNK = 64;
const CHUNKS_AT_ONCE = 4;

/** Returns the copy's URL. */
export async function copyVolume(
  source: SourceVolume,
  store: ObjectStore,
  folder: string,
  isLabels: boolean,
): Promise<string> {
  const { sizeVoxels, voxelSizeUm } = source.scales[0]!;
  const [mip] = planScales({
    sizeVoxels,
    voxelSizeUm,
    chunkSize: [CHUNK, CHUNK, CHUNK],
    factor: 'auto',
    mips: 1,
    dataType: source.dataType,
  });
  await writeVolumeInfo(store, folder, [mip!], { type: isLabels ? 'segmentation' : 'image' });
  await inParallel(cellsIn(mip!, volumeBox(mip!)), CHUNKS_AT_ONCE, async (cell) => {
    await writeChunk(store, folder, mip!, cell, await source.read(0, chunkBox(mip!, cell)));
  });
  return `${store.url}/${folder}`;
}
