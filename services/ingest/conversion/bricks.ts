/** The copy of an input in bricks: a volume of its own, read as any other is, and gone once nothing needs it. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { cellsIn, volumeBox } from '../../../shared/volume/chunk-grid.ts';
import { chunkKey } from '../../../shared/volume/chunk-reader.ts';
import type { DataType } from '../../../shared/volume/data-type.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import { keyIn } from '../../../shared/volume/volume-key.ts';
import type { ConversionPlan } from './conversion-plan.ts';

export const BRICKS_FOLDER = '.cloudreg/ingest/bricks';

/** In the input's own axes. */
export function brickMip({ mips, sizeVoxels, brickSize }: ConversionPlan): Mip<DataType> {
  return {
    key: 'voxels',
    sizeVoxels,
    chunkSize: brickSize,
    resolutionNm: [1, 1, 1],
    factorFromPrevious: [1, 1, 1],
    dataType: mips[0]!.dataType,
  };
}

/**
 * An absent brick is an error, not zero: a task that was given up may still read while others have done its work, and
 * the bricks go.
 */
export const openBricks = (store: ObjectStore): Promise<Volume> =>
  openVolume(
    {
      ...store,
      async get(key) {
        const object = await store.get(key);
        if (object === undefined)
          throw new Error(`${store.url}/${key} is gone: the conversion is over, or was cleaned away`);
        return object;
      },
    },
    BRICKS_FOLDER,
  );

/** Deleted together: a few requests' worth. */
const BATCH = 4000;

export async function removeBricks(plan: ConversionPlan, store: ObjectStore): Promise<void> {
  const mip = brickMip(plan);
  let batch = [keyIn(BRICKS_FOLDER, 'info')];
  for (const cell of cellsIn(mip, volumeBox(mip))) {
    batch.push(chunkKey(BRICKS_FOLDER, mip, cell));
    if (batch.length < BATCH) continue;
    await store.delete(batch);
    batch = [];
  }
  await store.delete(batch);
}
