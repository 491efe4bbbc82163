/** Pixels of an acquisition's planes: only the rows and columns that are asked for where a plane is uncompressed. */
import { isPermanent } from '../engine/errors.ts';
import type { ObjectStore } from '../engine/ports.ts';
import { readTiffHeader, type TiffHeader } from '../formats/tiff/header.ts';
import { isPlain, pixelTypeOf, type TiffPixels } from '../formats/tiff/pixels.ts';
import { readTiff } from '../formats/tiff/read.ts';
import { type PixelRegion, type RowLayout, readRegionOfRows, rowLayoutOf } from '../formats/tiff/rows.ts';
import { tiffInMemory, tiffInStore } from '../formats/tiff/source.ts';
import { TiffError } from '../formats/tiff/tiff-error.ts';
import { type Acquisition, type PlaneLayout, planeKey, type Stack } from './acquisition.ts';
import { DamagedPlaneError } from './acquisition-errors.ts';

export interface PlaneReader {
  /**
   * Fills `into` (rows x columns of the region, x fastest, of the acquisition's data type). A compressed plane is
   * decoded as a whole by each call, so ask once. `missing`: the scan found no usable plane, `into` is untouched.
   * Throws `DamagedPlaneError` where the plane cannot be read although the scan found nothing wrong.
   */
  readRegion(stack: Stack, plane: number, region: PixelRegion, into: TiffPixels): Promise<'ok' | 'missing'>;
}

export function openPlanes(
  source: ObjectStore,
  acquisition: Pick<Acquisition, 'tileSize' | 'dataType'>,
): PlaneReader {
  const missing = new WeakMap<Stack, ReadonlySet<number>>();
  const isMissing = (stack: Stack, plane: number): boolean => {
    const known = missing.get(stack) ?? new Set(stack.missing);
    missing.set(stack, known);
    return known.has(plane);
  };
  return {
    async readRegion(stack, plane, region, into) {
      if (isMissing(stack, plane)) return 'missing';
      const key = planeKey(stack, plane);
      try {
        if (stack.compressed) await decodePlane(source, key, acquisition, region, into);
        else if (stack.layout === null) await readByHeader(source, key, acquisition, region, into);
        else await readByLayout(source, key, layoutOfTile(stack.layout, acquisition, into), region, into);
      } catch (error) {
        throw isPermanent(error) ? damagedPlane(key, error as Error) : error;
      }
      return 'ok';
    },
  };
}

function damagedPlane(key: string, error: Error): DamagedPlaneError {
  return new DamagedPlaneError(key, error instanceof TiffError ? error.reason : error.message, error);
}

/** Every plane of the stack is laid out like this: no header is read. */
function layoutOfTile(
  { offset, littleEndian }: PlaneLayout,
  { tileSize: [width, height] }: Pick<Acquisition, 'tileSize'>,
  { BYTES_PER_ELEMENT }: TiffPixels,
): RowLayout {
  return { runs: [{ y0: 0, y1: height, offset }], rowBytes: width * BYTES_PER_ELEMENT, littleEndian };
}

async function readByLayout(
  source: ObjectStore,
  key: string,
  layout: RowLayout,
  region: PixelRegion,
  into: TiffPixels,
): Promise<void> {
  const isWhole = await readRegionOfRows(layout, region, into, async (rows, target) => {
    const filled = await source.getRows(key, rows, target);
    if (filled === undefined) throw new TiffError('missing', key, 'the file is gone');
    return filled;
  });
  if (!isWhole) throw new TiffError('truncated', key, 'the file is shorter than it was when it was scanned');
}

async function readByHeader(
  store: ObjectStore,
  key: string,
  acquisition: Pick<Acquisition, 'tileSize' | 'dataType'>,
  region: PixelRegion,
  into: TiffPixels,
): Promise<void> {
  const header = await readTiffHeader(await tiffInStore(store, key));
  if (!isPlain(header)) return decodePlane(store, key, acquisition, region, into);
  refuseMismatch(header, key, acquisition);
  await readByLayout(store, key, rowLayoutOf(header), region, into);
}

/** The file is fetched once, whole: its header is read from memory. */
async function decodePlane(
  store: ObjectStore,
  key: string,
  acquisition: Pick<Acquisition, 'tileSize' | 'dataType'>,
  region: PixelRegion,
  into: TiffPixels,
): Promise<void> {
  const object = await store.get(key);
  if (object === undefined) throw new TiffError('missing', key, 'the file is gone');
  const source = tiffInMemory(key, object.bytes);
  refuseMismatch(await readTiffHeader(source), key, acquisition);
  const { pixels, width } = await readTiff(source);
  const columns = region.x1 - region.x0;
  for (let y = region.y0; y < region.y1; y++) {
    const row = pixels.subarray(y * width + region.x0, y * width + region.x1);
    into.set(row, (y - region.y0) * columns);
  }
}

function refuseMismatch(
  header: TiffHeader,
  key: string,
  acquisition: Pick<Acquisition, 'tileSize' | 'dataType'>,
): void {
  const reason = mismatch(header, key, acquisition);
  if (reason !== undefined) throw new TiffError('damaged', key, reason);
}

/** What makes this image no plane of that acquisition; undefined for one that is. Throws `TiffError` (unsupported). */
export function mismatch(
  header: TiffHeader,
  key: string,
  {
    tileSize: [width, height],
    dataType,
  }: { readonly tileSize: readonly number[]; readonly dataType?: string },
): string | undefined {
  const type = pixelTypeOf(header, key);
  if (header.width !== width || header.height !== height)
    return `${header.width} x ${header.height} pixels, expected ${width} x ${height}`;
  if (header.pages !== 1) return `holds ${header.pages} images, expected one plane`;
  return dataType === undefined || type === dataType ? undefined : `${type} pixels, expected ${dataType}`;
}
