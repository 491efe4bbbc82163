/** Collects the planes of a block, mip by mip, and writes each layer of chunks as soon as it is whole. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Box, Vec3 } from '../geometry/box.ts';
import { boxSize } from '../geometry/box.ts';
import type { Buffers, Kernels, Pixels } from '../kernels/kernels.ts';
import { factorBetween } from './blocks.ts';
import { withChunkWriter } from './chunk-writer.ts';
import type { Compression } from './codecs/compression.ts';
import { encoderBuffers, imageEncoder, pictureEncoder } from './codecs/image-encoder.ts';
import { chunkBytes, type Mip } from './scales.ts';

export interface BlockWriter {
  /**
   * Plane `z` (counted within the block) of mip `sourceMip + level`, x fastest, in kernel memory: rounded half to even
   * into its chunks.
   */
  plane(level: number, z: number, plane: Float32Array): void;
  /**
   * Encodes the layers that are whole; to be awaited after each plane that goes in, for the next one overwrites them.
   * Their chunks are stored meanwhile.
   */
  flow(): Promise<void>;
}

export interface BlockTarget {
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

/** What a writer needs in kernel memory, to be spread into the task's one call of `layout`. */
export function writerBuffers(target: BlockTarget) {
  const { dataType: type, picture } = target.mips[0]!;
  return {
    chunkLayers: { type, length: layerVoxels(levelShapes(target)) },
    ...encoderBuffers(picture ? 'none' : target.compression, largestChunkBytes(target)),
  } as const;
}

type WriterBuffers = Buffers<ReturnType<typeof writerBuffers>>;

/** Resolves with what `work` does, when every chunk is stored. `buffers`: of a layout that included `writerBuffers` of the same target. */
export function withBlockWriter<Result>(
  target: BlockTarget,
  kernels: Kernels,
  buffers: WriterBuffers,
  work: (writer: BlockWriter) => Promise<Result>,
): Promise<Result> {
  const { store, folder, compression } = target;
  const { picture } = target.mips[0]!;
  const levels = placeLevels(levelShapes(target), buffers.chunkLayers);
  const encode = picture
    ? pictureEncoder(picture)
    : imageEncoder(compression, kernels, buffers, largestChunkBytes(target));
  return withChunkWriter(store, folder, (chunks) =>
    work({
      plane: (number, z, plane) => {
        const level = levels[number];
        if (level !== undefined) collect(level, z, plane, kernels);
      },
      async flow() {
        for (const level of levels) {
          if (level?.whole === undefined) continue;
          for (const { cell, size, voxels } of chunksOf(level, level.whole)) {
            await chunks.put(level.mip, cell, await encode(voxels, size));
          }
          level.whole = undefined;
        }
      },
    }),
  );
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
  /** Of a row and of a plane in `voxels`: those of zarr are filled up to the full chunk, with the zeros of a fresh layout. */
  readonly pitch: readonly [number, number];
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

const layerDepth = ({ mip, size }: LevelShape): number =>
  mip.zarr ? mip.chunkSize[2] : Math.min(mip.chunkSize[2], size[2]);

/** Voxels of one plane of a layer. */
function layerArea({ mip, size }: LevelShape): number {
  if (!mip.zarr) return size[0] * size[1];
  const filled = (axis: 0 | 1): number => Math.ceil(size[axis] / mip.chunkSize[axis]) * mip.chunkSize[axis];
  return filled(0) * filled(1);
}

const layerVoxels = (shapes: readonly (LevelShape | undefined)[]): number =>
  shapes.reduce((sum, shape) => sum + (shape ? layerArea(shape) * layerDepth(shape) : 0), 0);

function largestChunkBytes({ mips, sourceMip, lastMip }: BlockTarget): number {
  return Math.max(...mips.slice(sourceMip, lastMip + 1).map(chunkBytes));
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
      const row = mip.zarr ? mip.chunkSize[0] : width;
      const area = row * (mip.zarr ? mip.chunkSize[1] : height);
      yield { x, y, width, height, pitch: [row, area], voxels: take(area * depth) };
    }
  }
}

function collect(level: Level, z: number, plane: Float32Array, kernels: Kernels): void {
  const planeWidth = level.size[0];
  const chunkDepth = level.mip.chunkSize[2];
  const inLayer = z % chunkDepth;
  for (const { x, y, width, height, pitch, voxels } of level.layer) {
    const from = plane.subarray(x + planeWidth * y);
    const [row, area] = pitch;
    kernels.quantise(from, planeWidth, voxels.subarray(inLayer * area), row, width, height);
  }
  if (inLayer + 1 === chunkDepth || z + 1 === level.size[2])
    level.whole = { z: z - inLayer, planes: inLayer + 1 };
}

interface WholeChunk {
  /** In the mip's grid. */
  readonly cell: Vec3;
  readonly size: Vec3;
  readonly voxels: Pixels;
}

/** The chunks of a layer. */
function* chunksOf({ mip, start, layer }: Level, { z, planes }: Layer): Generator<WholeChunk> {
  const [chunkX, chunkY, chunkZ] = mip.chunkSize;
  for (const { x, y, width, height, pitch, voxels } of layer) {
    const cell: Vec3 = [(start[0] + x) / chunkX, (start[1] + y) / chunkY, (start[2] + z) / chunkZ];
    const length = pitch[1] * planes;
    // The layer before may have been thicker.
    if (mip.zarr) yield { cell, size: mip.chunkSize, voxels: voxels.fill(0, length) as Pixels };
    else yield { cell, size: [width, height, planes], voxels: voxels.subarray(0, length) };
  }
}
