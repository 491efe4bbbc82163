/** Acquisitions of a textured sample at known places, between voxels too, in a memory store. */

import { smoothNoise } from '../../../../cli/phantom/lattice-noise.ts';
import type { Triple } from '../../../../services/stitching/axes.ts';
import type { Acquisition } from '../../../../shared/acquisition/acquisition.ts';
import { planeKey } from '../../../../shared/acquisition/acquisition.ts';
import { nominalPosition } from '../../../../shared/acquisition/placement.ts';
import { memoryStore } from '../../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import { encodeTiff } from '../../../../shared/formats/tiff/write.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { type Camera, cutStrip, normalNumbers, texturedSample } from '../alignment/sample.ts';
import { acquisitionOf, type Shape } from './shape.ts';

export interface Textured {
  readonly acquisition: Acquisition;
  readonly source: ObjectStore;
  /** True minus nominal position of each location. */
  readonly stageErrors: ReadonlyMap<number, Triple>;
}

export interface TexturedOptions {
  /** Largest stage error per axis, voxels. */
  readonly jitter: Triple;
  /** Stage errors of some locations, in place of random ones. */
  readonly errors?: Readonly<Record<number, Triple>>;
  /** A texture without repeats in place of the sum of waves, which resembles itself at many shifts. */
  readonly grains?: boolean;
  /** What the camera gives in place of the sample. */
  readonly counts?: (loc: number, value: number) => number;
}

export async function texturedAcquisition(shape: Shape, options: TexturedOptions): Promise<Textured> {
  const record = acquisitionOf(shape);
  const source = memoryStore(record.url);
  const random = seededRandom(7);
  const sample = texturedSample(3);
  const stageErrors = new Map<number, Triple>();
  let layout: Acquisition['tiles'][number]['stacks'][number]['layout'] = null;
  for (const tile of record.tiles) {
    const drawn = options.jitter.map((most) => most * (2 * random() - 1)) as [number, number, number];
    const error = options.errors?.[tile.loc] ?? drawn;
    stageErrors.set(tile.loc, error);
    const [x, y, z] = nominalPosition(record, tile);
    const camera = { level: 400, contrast: 80, noise: 6, seed: 100 + tile.loc };
    const position: Triple = [x + error[0], y + error[1], z + error[2]];
    const values = options.grains
      ? grains(position, record.tileSize, camera)
      : cutStrip(sample, position, record.tileSize, camera).values;
    const [width, height, planes] = record.tileSize;
    for (const stack of tile.stacks) {
      for (let plane = 0; plane < planes; plane++) {
        const pixels = Uint16Array.from(
          values.subarray(plane * width * height, (plane + 1) * width * height),
          (value) => Math.round(options.counts?.(tile.loc, value) ?? value),
        );
        const bytes = encodeTiff(width, height, pixels);
        layout = { fileBytes: bytes.length, offset: bytes.length - pixels.byteLength, littleEndian: true };
        await source.put(planeKey(stack, plane), bytes);
      }
    }
  }
  const tiles = record.tiles.map((tile) => ({
    ...tile,
    stacks: tile.stacks.map((stack) => ({ ...stack, layout: stack.compressed ? null : layout })),
  }));
  return { acquisition: { ...record, tiles }, source, stageErrors };
}

/** Grains of three voxels. */
function grains(position: Triple, [width, height, planes]: readonly number[], camera: Camera): Float32Array {
  const normal = normalNumbers(camera.seed);
  return Float32Array.from({ length: width! * height! * planes! }, (_, at) => {
    const x = position[0] + (at % width!);
    const y = position[1] + (Math.floor(at / width!) % height!);
    const z = position[2] + Math.floor(at / (width! * height!));
    return camera.level + 3 * camera.contrast * smoothNoise(5, x / 3, y / 3, z / 3) + camera.noise * normal();
  });
}
