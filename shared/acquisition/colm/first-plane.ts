/** A look at one plane: what a scan of all would most likely find. */

import { isPermanent } from '../../engine/errors.ts';
import type { ObjectStore } from '../../engine/ports.ts';
import { readTiffHeader } from '../../formats/tiff/header.ts';
import { pixelTypeOf, type TiffPixelType } from '../../formats/tiff/pixels.ts';
import { tiffInStore } from '../../formats/tiff/source.ts';
import { isPlaneKey, VIEW_FOLDER } from './locations.ts';

/** Undefined where none can be read. */
export async function firstPlaneType(store: ObjectStore): Promise<TiffPixelType | undefined> {
  for await (const { key, size } of store.list(VIEW_FOLDER)) {
    if (!isPlaneKey(key)) continue;
    try {
      return pixelTypeOf(await readTiffHeader(await tiffInStore(store, key, size)), key);
    } catch (error) {
      // The next one may be sound.
      if (!isPermanent(error)) throw error;
    }
  }
  return undefined;
}
