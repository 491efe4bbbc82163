/** Collects the planes of a block, mip by mip, and writes each layer of chunks as soon as it is whole. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Box, Vec3 } from '../geometry/box.ts';
import { boxSize } from '../geometry/box.ts';
import type { Kernels, Pixels } from '../kernels/kernels.ts';
import { writeBehind } from '../write-behind.ts';
import { factorBetween } from './blocks.ts';
import { chunkKey } from './chunk-reader.ts';
import type { Compression } from './codecs/compression.ts';
import { encoderBuffers, imageEncoder } from './codecs/image-encoder.ts';
import { bytesPerVoxel, type Mip } from './scales.ts';
import { putChunk } from './write-volume.ts';

/** Encoded chunks on their way to the store at a time. */
const CHUNKS_UNDER_WAY = 8;

export interface BlockWriter {
  /** Plane `z` (counted within the block) of mip `sourceMip + level`, x fastest; it is copied. */
  plane(level: number, z: number, pixels: Pixels): void;
  /**
   * Encodes the layers that are whole; to be awaited after each plane that goes in, for the next one overwrites them.
   * Their chunks are stored meanwhile.
   */
  flow(): Promise<void>;
  /** Resolves when every chunk is stored. */
  finish(): Promise<void>;
}

export interface BlockTarget {
  /** The writer's alone until it has finished: layers of chunks lie in the encoder's memory, so that no chunk is copied. */
  readonly kernels: Kernels;
  readonly store: ObjectStore;
  /** Folder of the volume. */
  readonly folder: string;
  readonly compression: Compression;
  readonly mips: readonly Mip[];
  readonly sourceMip: number;
  /** Mips `firstMip` to `lastMip` are written. */
  readonly firstMip: number;
  readonly lastMip: number;
  /** Voxels of the source mip. */
  readonly box: Box;
}

export function openBlockWriter(target: BlockTarget): BlockWriter {
  const { store, folder, compression, kernels } = target;
  const shapes = levelShapes(target);
  const type = target.mips[0]!.dataType;
  const { layers, incoming, ...buffers } = kernels.layout({
    layers: { type, length: layerVoxels(shapes) },
    incoming: { type, length: largestPlane(shapes) },
    ...encoderBuffers(compression, largestChunkBytes(target)),
  });
  const levels = placeLevels(shapes, layers);
  const encode = imageEncoder(compression, kernels, buffers);
  const stores = writeBehind(CHUNKS_UNDER_WAY);
  return {
    plane: (number, z, pixels) => {
      const level = levels[number];
      if (level === undefined) return;
      incoming.set(pixels);
      collect(level, z, incoming, kernels);
    },
    async flow() {
      for (const level of levels) {
        if (level?.whole === undefined) continue;
        for (const [cell, voxels] of chunksOf(level, level.whole)) {
          const chunk = await encode(voxels);
          await stores.begin(() => putChunk(store, chunkKey(folder, level.mip, cell), chunk));
        }
        level.whole = undefined;
      }
    },
    finish: stores.finish,
  };
}

interface LevelShape {
  readonly mip: Mip;
  /** First voxel of the block in this mip, and its extent. */
  readonly start: Vec3;
  readonly size: Vec3;
}

interface Level extends LevelShape {
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

/** undefined: a mip above those that are written. */
function levelShapes({ mips, sourceMip, firstMip, lastMip, box }: BlockTarget): (LevelShape | undefined)[] {
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
    return { mip, start, size: boxSize({ start, end: shrink(box.end) }) };
  });
}

const layerDepth = ({ mip, size }: LevelShape): number => Math.min(mip.chunkSize[2], size[2]);

function layerVoxels(shapes: readonly (LevelShape | undefined)[]): number {
  return shapes.reduce(
    (sum, shape) => sum + (shape ? shape.size[0] * shape.size[1] * layerDepth(shape) : 0),
    0,
  );
}

const largestPlane = (shapes: readonly (LevelShape | undefined)[]): number =>
  Math.max(0, ...shapes.map((shape) => (shape ? shape.size[0] * shape.size[1] : 0)));

function largestChunkBytes({ mips, sourceMip, lastMip }: BlockTarget): number {
  const chunks = mips.slice(sourceMip, lastMip + 1).map(({ chunkSize: [x, y, z] }) => x * y * z);
  return Math.max(...chunks) * bytesPerVoxel(mips[sourceMip]!.dataType);
}

function placeLevels(shapes: readonly (LevelShape | undefined)[], layers: Pixels): (Level | undefined)[] {
  let used = 0;
  const take = (voxels: number): Pixels => {
    used += voxels;
    return layers.subarray(used - voxels, used);
  };
  return shapes.map((shape) => shape && { ...shape, layer: [...emptyLayer(shape, take)], whole: undefined });
}

function* emptyLayer(shape: LevelShape, take: (voxels: number) => Pixels): Generator<LayerChunk> {
  const { mip, size } = shape;
  const depth = layerDepth(shape);
  for (let y = 0; y < size[1]; y += mip.chunkSize[1]) {
    for (let x = 0; x < size[0]; x += mip.chunkSize[0]) {
      const width = Math.min(mip.chunkSize[0], size[0] - x);
      const height = Math.min(mip.chunkSize[1], size[1] - y);
      yield { x, y, width, height, voxels: take(width * height * depth) };
    }
  }
}

function collect(level: Level, z: number, plane: Pixels, kernels: Kernels): void {
  const planeWidth = level.size[0];
  const chunkDepth = level.mip.chunkSize[2];
  const inLayer = z % chunkDepth;
  for (const { x, y, width, height, voxels } of level.layer) {
    const from = plane.subarray(x + planeWidth * y);
    kernels.copyRows(from, planeWidth, voxels.subarray(inLayer * width * height), width, width, height);
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
