/** A channel's flat field as a TIFF of factors: what fusion reads, and what users may give. */
import type { ObjectStore } from '../engine/ports.ts';
import { readTiff } from '../formats/tiff/read.ts';
import { tiffInStore } from '../formats/tiff/source.ts';
import { TiffError } from '../formats/tiff/tiff-error.ts';

export interface FlatField {
  readonly width: number;
  readonly height: number;
  /** What a pixel is multiplied by, x fastest; the meaning of CloudReg's `CHN0c_bias.tiff`. */
  readonly factor: Float32Array;
}

/** Undefined where there is no such file; throws `TiffError` where it is no TIFF of 32 bit floats. */
export async function readFlatField(store: ObjectStore, key: string): Promise<FlatField | undefined> {
  const head = await store.head(key);
  if (head === undefined) return undefined;
  const { width, height, pixels } = await readTiff(await tiffInStore(store, key, head.size));
  if (!(pixels instanceof Float32Array))
    throw new TiffError(
      'unsupported',
      key,
      `${8 * pixels.BYTES_PER_ELEMENT} bit whole numbers; expected 32 bit floats, the factors of the pixels`,
    );
  return { width, height, factor: pixels };
}

/** Why these factors cannot be applied to tiles of that size; undefined where they can. */
export function flatFieldProblem(
  { width, height, factor }: FlatField,
  [tileWidth, tileHeight]: readonly number[],
): string | undefined {
  if (width !== tileWidth || height !== tileHeight)
    return `${width} x ${height} pixels; expected those of a tile, ${tileWidth} x ${tileHeight}`;
  const bad = factor.findIndex((value) => !(value > 0 && Number.isFinite(value)));
  if (bad < 0) return undefined;
  return `factor ${factor[bad]} at column ${bad % width}, row ${Math.floor(bad / width)}; expected finite numbers above 0`;
}
