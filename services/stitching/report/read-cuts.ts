/** Reads pieces of planes for the seams: every plane once, and of uncompressed ones only the overlaps. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { Correction } from '../../../shared/acquisition/correction.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import type { PixelRegion } from '../../../shared/formats/tiff/rows.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { makePixels } from '../../../shared/volume/pixels.ts';
import {
  isUnmoved,
  overlapOf,
  PHASES,
  type Phase,
  planeOf,
  regionIn,
  type Seam,
  type SeamTile,
} from './seam.ts';

/** What a seam needs of one tile's plane. */
export interface Cut {
  /** Index of the seam. */
  readonly seam: number;
  readonly phase: Phase;
  readonly side: 'a' | 'b';
  readonly region: PixelRegion;
}

export interface PlaneRead {
  readonly tile: SeamTile;
  readonly plane: number;
  readonly cuts: readonly Cut[];
}

/** What the seams need at height z of the volume, tile by tile in the order of the seams; of an unmoved one once, as `after`. */
export function planeReads(seams: readonly Seam[], z: number): PlaneRead[] {
  const reads = new Map<string, PlaneRead & { readonly cuts: Cut[] }>();
  const add = (tile: SeamTile, plane: number, cut: Cut): void => {
    const key = `${tile.loc} ${plane}`;
    const read = reads.get(key) ?? { tile, plane, cuts: [] };
    reads.set(key, read);
    read.cuts.push(cut);
  };
  seams.forEach((seam, index) => {
    for (const phase of isUnmoved(seam) ? (['after'] as const) : PHASES) {
      const overlap = overlapOf(seam, phase);
      const planes = { a: planeOf(seam.a, phase, z), b: planeOf(seam.b, phase, z) };
      if (overlap === undefined || planes.a === undefined || planes.b === undefined) continue;
      for (const side of ['a', 'b'] as const) {
        const region = regionIn(seam[side], phase, overlap);
        add(seam[side], planes[side]!, { seam: index, phase, side, region });
      }
    }
  });
  return [...reads.values()];
}

export interface CutReader {
  readonly planes: PlaneReader;
  readonly acquisition: Pick<Acquisition, 'dataType'>;
  readonly correction: Correction;
  /** Width of a tile, which is the flat field's. */
  readonly tileWidth: number;
  /** Bytes of a plane as stored, on average. */
  readonly planeBytes: number;
}

export interface CutPixels {
  readonly cut: Cut;
  /** Corrected counts, x fastest. */
  readonly pixels: Float32Array;
}

export interface ReadCuts {
  /** Empty where the plane cannot be read. */
  readonly pixels: readonly CutPixels[];
  /** About. */
  readonly bytes: number;
}

export async function readCuts(reader: CutReader, read: PlaneRead): Promise<ReadCuts> {
  const { stack } = read.tile;
  // A compressed plane is decoded as a whole whatever is asked of it.
  const groups = stack.compressed ? [read.cuts] : bySeam(read.cuts);
  const pixels: CutPixels[] = [];
  let bytes = 0;
  for (const cuts of groups) {
    const region = around(cuts.map((cut) => cut.region));
    const raw = makePixels(reader.acquisition.dataType, columnsOf(region) * rowsOf(region));
    bytes += stack.compressed ? reader.planeBytes : raw.byteLength;
    if (!(await readRegion(reader.planes, read, region, raw))) return { pixels: [], bytes };
    for (const cut of cuts)
      pixels.push({ cut, pixels: corrected(raw, region, cut.region, reader.correction, reader.tileWidth) });
  }
  return { pixels, bytes };
}

/** False where the plane is a gap: fusion reports it. */
async function readRegion(
  planes: PlaneReader,
  { tile, plane }: PlaneRead,
  region: PixelRegion,
  into: Pixels,
): Promise<boolean> {
  try {
    return (await planes.readRegion(tile.stack, plane, region, into)) === 'ok';
  } catch (error) {
    if (error instanceof DamagedPlaneError) return false;
    throw error;
  }
}

function bySeam(cuts: readonly Cut[]): Cut[][] {
  const groups = new Map<number, Cut[]>();
  for (const cut of cuts) groups.set(cut.seam, [...(groups.get(cut.seam) ?? []), cut]);
  return [...groups.values()];
}

const around = (regions: readonly PixelRegion[]): PixelRegion =>
  regions.reduce((all, { x0, x1, y0, y1 }) => ({
    x0: Math.min(all.x0, x0),
    x1: Math.max(all.x1, x1),
    y0: Math.min(all.y0, y0),
    y1: Math.max(all.y1, y1),
  }));

export const columnsOf = ({ x0, x1 }: PixelRegion): number => x1 - x0;
export const rowsOf = ({ y0, y1 }: PixelRegion): number => y1 - y0;

/** `wanted` out of `raw`, which covers `region`: max(raw - background, 0) * factor, as in fusion. */
function corrected(
  raw: Pixels,
  region: PixelRegion,
  wanted: PixelRegion,
  { background, flatField }: Correction,
  tileWidth: number,
): Float32Array {
  const [columns, rows] = [columnsOf(wanted), rowsOf(wanted)];
  const out = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const y = wanted.y0 + row;
    const from = (y - region.y0) * columnsOf(region) + wanted.x0 - region.x0;
    const target = out.subarray(row * columns, (row + 1) * columns);
    if (flatField === undefined) subtract(raw, from, background, target);
    else correctRow(raw, from, background, flatField.factor, y * tileWidth + wanted.x0, target);
  }
  return out;
}

function subtract(raw: Pixels, from: number, background: number, out: Float32Array): void {
  for (let x = 0; x < out.length; x++) out[x] = Math.max(raw[from + x]! - background, 0);
}

function correctRow(
  raw: Pixels,
  from: number,
  background: number,
  factor: Float32Array,
  factors: number,
  out: Float32Array,
): void {
  for (let x = 0; x < out.length; x++)
    out[x] = Math.max(raw[from + x]! - background, 0) * factor[factors + x]!;
}
