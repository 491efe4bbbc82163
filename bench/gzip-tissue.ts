/** Tissue of `../shared/data` cut into chunks, x fastest; undefined where the data are not there. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { arrayFileAt } from '../shared/formats/array-file.ts';
import { readNrrd } from '../shared/formats/nrrd/read.ts';

type Size = readonly [x: number, y: number, z: number];

interface Volume {
  readonly size: Size;
  readonly voxelAt: (x: number, y: number, z: number) => number;
}

const dataFile = (name: string): string | undefined => {
  const path = resolve('../shared/data', name);
  return existsSync(path) ? path : undefined;
};

/** 16-bit planes of a TIFF stack; there are few of them, so they are repeated. */
export async function planesOf(name: string): Promise<Volume | undefined> {
  const path = dataFile(name);
  if (path === undefined) return undefined;
  const { default: sharp } = await import('sharp');
  const image = sharp(path, { pages: -1 });
  const { pages = 1, pageHeight = 0, width } = await image.metadata();
  const bytes = await image.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  const voxels = new Uint16Array(new Uint8Array(bytes).buffer);
  return {
    size: [width, pageHeight, Number.POSITIVE_INFINITY],
    voxelAt: (x, y, z) => voxels[x + width * (y + pageHeight * (z % pages))]!,
  };
}

export async function nrrdOf(name: string): Promise<Volume | undefined> {
  const path = dataFile(name);
  if (path === undefined) return undefined;
  const { data, shape } = await readNrrd(await arrayFileAt(path));
  const [width, height, depth] = [shape[0]!, shape[1]!, shape[2]!];
  return {
    size: [width, height, depth],
    voxelAt: (x, y, z) => Number(data[x + width * (y + height * z)]),
  };
}

/** Linear between voxels. */
export function enlarged({ size, voxelAt }: Volume, times: number): Volume {
  const between = (at: number, value: (i: number) => number): number => {
    const low = Math.floor(at);
    const share = at - low;
    return share === 0 ? value(low) : value(low) * (1 - share) + value(low + 1) * share;
  };
  return {
    size: [(size[0] - 1) * times, (size[1] - 1) * times, (size[2] - 1) * times],
    voxelAt: (x, y, z) =>
      between(z / times, (k) => between(y / times, (j) => between(x / times, (i) => voxelAt(i, j, k)))),
  };
}

/** A chunk at each corner. */
export const chunksOf = (volume: Volume, size: Size, corners: readonly Size[]): Uint16Array[] =>
  corners.map((corner) => Uint16Array.from(cut(volume, size, corner), Math.round));

export function cut(
  { size, voxelAt }: Volume,
  [width, height, depth]: Size,
  [x0, y0, z0]: Size,
): Float64Array {
  if (x0 + width > size[0] || y0 + height > size[1] || z0 + depth > size[2])
    throw new RangeError(`${width} x ${height} x ${depth} voxels at ${x0}, ${y0}, ${z0} leave ${size}`);
  return Float64Array.from({ length: width * height * depth }, (_, i) => {
    const [x, y, z] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    return voxelAt(x0 + x, y0 + y, z0 + z);
  });
}
