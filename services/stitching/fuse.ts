/**
 * stitching.fuse: tiles become the volume.
 * Reads the acquisition, the placement, flat field, background and illumination; a task is a channel's block
 * (z slab x x-y block of whole chunks); writes mip 0 and every mip the block closes. Full-resolution voxels are
 * written here and nowhere else. Planes that turn out unreadable become gaps and are listed under `damaged/`.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import type { DamagedPlaneError } from '../../shared/acquisition/acquisition-errors.ts';
import { readCorrection } from '../../shared/acquisition/correction.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { openPlanes } from '../../shared/acquisition/plane-reader.ts';
import { boxVolume } from '../../shared/geometry/box.ts';
import { writeClipped } from '../../shared/illumination/clipped.ts';
import { readIllumination } from '../../shared/illumination/files.ts';
import type { Pixels } from '../../shared/kernels/kernels.ts';
import { withKernels } from '../../shared/kernels/lend-kernels.ts';
import { blockCount } from '../../shared/volume/blocks.ts';
import { channelFolder } from '../output-volume.ts';
import { defineStep } from '../step.ts';
import { blendModes } from './fusion/blend-mode.ts';
import { writeDamaged } from './fusion/damaged-planes.ts';
import { describeVolume } from './fusion/describe-volume.ts';
import { fuseBlock } from './fusion/fuse-block.ts';
import { type FuseTask, fuseTask, fusionGeometry, fusionNeeds } from './fusion/fusion-geometry.ts';
import { type PlanePixels, readPlanes } from './fusion/read-planes.ts';
import { tilesInBlock } from './fusion/tile-view.ts';

export const fuse = defineStep({
  service: 'stitching',
  name: 'fuse',
  waitsFor: ['stitching.place', 'tile-correction.flat-field', 'illumination-correction.estimate'],
  reads: { acquisition: acquisitionFile, placement: placementFile },
  needs: fusionNeeds,
  plan: (inputs) => {
    const geometry = fusionGeometry(inputs);
    return {
      count: geometry.channels.length * blockCount(geometry.blocks),
      task: (index) => fuseTask(geometry, index),
    };
  },
  voxels: ({ block }) => boxVolume(block),
  run: async (task: FuseTask, { inputs, store, source }) => {
    const { acquisition, placement, parameters } = inputs;
    const { mips, blocks } = fusionGeometry(inputs);
    const { channel, block } = task;
    const folder = channelFolder(channel);
    if (task.isFirst) await describeVolume(store, channel, mips, acquisition, parameters);
    const views = tilesInBlock(acquisition, placement, channel, block);
    const damaged = new Map<string, DamagedPlaneError>();
    const tiles = openPlanes(source, acquisition);
    const planes = (area: Pixels) => readPlanes(tiles, views, block.start[2], block.end[2], area);
    const correction = await readCorrection(store, channel, acquisition.tileSize);
    const illumination = await readIllumination(store, channel);
    const target = {
      store,
      folder,
      compression: parameters.compress,
      mips,
      sourceMip: 0,
      firstMip: 0,
      lastMip: blocks.lastMip,
      box: block,
    };
    const clipped = await withKernels((kernels) =>
      fuseBlock({
        kernels,
        dataType: acquisition.dataType,
        block,
        views,
        correction,
        illumination,
        voxelSizeUm: placement.voxelSizeUm,
        blendMode: blendModes[parameters.blend],
        planes: (area) => noteDamage(planes(area), damaged, parameters.strict),
        target,
      }),
    );
    await writeDamaged(store, channel, block, [...damaged.values()]);
    await writeClipped(store, channel, block, clipped);
  },
});

async function* noteDamage(
  planes: AsyncIterable<PlanePixels>,
  damaged: Map<string, DamagedPlaneError>,
  strict: boolean,
): AsyncGenerator<PlanePixels> {
  for await (const plane of planes) {
    for (const error of plane.damaged) {
      if (strict) throw error;
      damaged.set(error.key, error);
    }
    yield plane;
  }
}
