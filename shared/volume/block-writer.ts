/** Collects the planes of a block, mip by mip, and writes each layer of chunks as soon as it is whole. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Box, Vec3 } from '../geometry/box.ts';
import { boxSize } from '../geometry/box.ts';
import { inParallel } from '../in-parallel.ts';
import type { Pixels } from '../kernels/kernels.ts';
import { factorBetween } from './blocks.ts';
import { makePixels } from './pixels.ts';
import type { Mip } from './scales.ts';
import { writeChunk } from './write-volume.ts';

/** Chunks that are encoded or on their way to the store at a time. */
const PARALLEL_CHUNKS = 8;

export interface BlockWriter {
  /** Plane `z` (counted within the block) of mip `sourceMip + level`, x fastest; it is copied. */
  plane(level: number, z: number, pixels: Pixels): void;
  /**
   * Writes the layers that are whole and resolves when their chunks are stored; to be awaited after each plane that
   * goes in, for the next one overwrites them.
   */
  flow(): Promise<void>;
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
  return {
    plane: (number, z, pixels) => {
      const level = levels[number];
      if (level !== undefined) collect(level, z, pixels);
    },
    async flow() {
      for (const level of levels) {
        if (level?.whole === undefined) continue;
        await inParallel(chunksOf(level, level.whole), PARALLEL_CHUNKS, ([cell, voxels]) =>
          writeChunk(target.store, target.folder, level.mip, cell, voxels),
        );
        level.whole = undefined;
      }
    },
  };
}

interface Level {
  readonly mip: Mip;
  /** First voxel of the block in this mip, and its extent. */
  readonly start: Vec3;
  readonly size: Vec3;
  /** One layer of chunks: voxels are sorted into their chunks as they come, so that no chunk is cut out later. */
  readonly layer: readonly LayerChunk[];
  /** Set while the layer is whole and not yet written. */
  whole: Layer | undefined;
}

interface LayerChunk {
  /** Voxels of the mip, from the block's corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** x fastest, then y, z; room for all planes of a chunk. */
  readonly voxels: Pixels;
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
    return { mip, start, size, layer: [...emptyLayer(mip, size)], whole: undefined };
  });
}

function* emptyLayer({ chunkSize, dataType }: Mip, size: Vec3): Generator<LayerChunk> {
  const depth = Math.min(chunkSize[2], size[2]);
  for (let y = 0; y < size[1]; y += chunkSize[1]) {
    for (let x = 0; x < size[0]; x += chunkSize[0]) {
      const width = Math.min(chunkSize[0], size[0] - x);
      const height = Math.min(chunkSize[1], size[1] - y);
      yield { x, y, width, height, voxels: makePixels(dataType, width * height * depth) };
    }
  }
}

function collect(level: Level, z: number, pixels: Pixels): void {
  const chunkDepth = level.mip.chunkSize[2];
  const inLayer = z % chunkDepth;
  for (const { x, y, width, height, voxels } of level.layer) {
    const plane = inLayer * width * height;
    for (let row = 0; row < height; row++) {
      const from = x + level.size[0] * (y + row);
      voxels.set(pixels.subarray(from, from + width), plane + row * width);
    }
  }
  if (inLayer + 1 === chunkDepth || z + 1 === level.size[2])
    level.whole = { z: z - inLayer, planes: inLayer + 1 };
}

/** The chunks of a layer, each with its cell in the mip's grid. */
function* chunksOf({ mip, start, layer }: Level, { z, planes }: Layer): Generator<[Vec3, Pixels]> {
  const [chunkX, chunkY, chunkZ] = mip.chunkSize;
  for (const { x, y, width, height, voxels } of layer) {
    const cell: Vec3 = [(start[0] + x) / chunkX, (start[1] + y) / chunkY, (start[2] + z) / chunkZ];
    yield [cell, voxels.subarray(0, width * height * planes)];
  }
}
