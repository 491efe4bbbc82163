/** Collects the planes of a block, mip by mip, and writes each layer of chunks as soon as it is whole. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Box, Vec3 } from '../geometry/box.ts';
import { boxSize } from '../geometry/box.ts';
import type { Pixels } from '../kernels/kernels.ts';
import { factorBetween } from './blocks.ts';
import { makePixels } from './pixels.ts';
import type { Mip } from './scales.ts';
import { writeChunk } from './write-volume.ts';

/** Encoded chunks on their way to the store; more would only hold memory. */
const MAX_PENDING = 8;

export interface BlockWriter {
  /** Plane `z` (counted within the block) of mip `sourceMip + level`, x fastest; it is copied. */
  plane(level: number, z: number, pixels: Pixels): void;
  /** Writes the layers that are whole; to be awaited after each plane that goes in, before the next. */
  flow(): Promise<void>;
  /** Resolves when every chunk is stored. */
  finish(): Promise<void>;
}

export interface BlockTarget {
  readonly store: ObjectStore;
  /** Folder of the volume. */
  readonly folder: string;
  readonly mips: readonly Mip[];
  readonly sourceMip: number;
  /** Mips `firstMip` to `lastMip` are written. */
  readonly firstMip: number;
  readonly lastMip: number;
  /** Voxels of the source mip. */
  readonly box: Box;
}

export function openBlockWriter(target: BlockTarget): BlockWriter {
  const levels = levelsOf(target);
  const pending = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  const drain = async (limit: number): Promise<void> => {
    while (pending.size > limit) await Promise.race(pending);
    if (failures.length > 0) throw failures[0];
  };
  const flow = async (): Promise<void> => {
    for (const level of levels) {
      if (level?.whole === undefined) continue;
      for (const [cell, data] of cutLayer(level, level.whole)) {
        await drain(MAX_PENDING);
        const done: Promise<unknown> = writeChunk(target.store, target.folder, level.mip, cell, data)
          .catch((error: unknown) => failures.push(error))
          .finally(() => pending.delete(done));
        pending.add(done);
      }
      level.whole = undefined;
    }
  };
  return {
    plane: (number, z, pixels) => {
      const level = levels[number];
      if (level !== undefined) collect(level, z, pixels);
    },
    flow,
    finish: async () => {
      await flow();
      await drain(0);
    },
  };
}

interface Level {
  readonly mip: Mip;
  /** First voxel of the block in this mip, and its extent. */
  readonly start: Vec3;
  readonly size: Vec3;
  /** One layer of chunks: size x, size y, planes of a chunk. */
  readonly layer: Pixels;
  /** Set while the layer is whole and not yet written. */
  whole: Layer | undefined;
}

interface Layer {
  /** First plane, counted within the block. */
  readonly z: number;
  readonly planes: number;
}

function levelsOf({ mips, sourceMip, firstMip, lastMip, box }: BlockTarget): (Level | undefined)[] {
  return Array.from({ length: lastMip - sourceMip + 1 }, (_, level) => {
    const mip = mips[sourceMip + level]!;
    if (sourceMip + level < firstMip) return undefined;
    const factor = factorBetween(mips, sourceMip, sourceMip + level);
    const shrink = (v: Vec3): Vec3 => [
      Math.ceil(v[0] / factor[0]),
      Math.ceil(v[1] / factor[1]),
      Math.ceil(v[2] / factor[2]),
    ];
    const start = shrink(box.start);
    const size = boxSize({ start, end: shrink(box.end) });
    const depth = Math.min(mip.chunkSize[2], size[2]);
    return { mip, start, size, layer: makePixels(mip.dataType, size[0] * size[1] * depth), whole: undefined };
  });
}

function collect(level: Level, z: number, pixels: Pixels): void {
  const [width, height, depth] = level.size;
  const chunkDepth = level.mip.chunkSize[2];
  const inLayer = z % chunkDepth;
  level.layer.set(pixels.subarray(0, width * height), inLayer * width * height);
  if (inLayer + 1 === chunkDepth || z + 1 === depth) level.whole = { z: z - inLayer, planes: inLayer + 1 };
}

/** Cuts a layer into its chunks, each with its cell in the mip's grid. */
function* cutLayer({ mip, start, size, layer }: Level, { z, planes }: Layer): Generator<[Vec3, Pixels]> {
  const [chunkX, chunkY, chunkZ] = mip.chunkSize;
  for (let y = 0; y < size[1]; y += chunkY) {
    for (let x = 0; x < size[0]; x += chunkX) {
      const extent: Vec3 = [Math.min(chunkX, size[0] - x), Math.min(chunkY, size[1] - y), planes];
      const cell: Vec3 = [(start[0] + x) / chunkX, (start[1] + y) / chunkY, (start[2] + z) / chunkZ];
      yield [cell, cutChunk(layer, size, x, y, extent)];
    }
  }
}

function cutChunk(layer: Pixels, size: Vec3, x0: number, y0: number, [nx, ny, nz]: Vec3): Pixels {
  const chunk = layer.slice(0, nx * ny * nz);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = x0 + size[0] * (y0 + y + size[1] * z);
      chunk.set(layer.subarray(from, from + nx), nx * (y + ny * z));
    }
  }
  return chunk;
}
