import { describe, expect, it } from 'vitest';
import { loadKernels, type Pixels, type PixelType } from '../../shared/kernels/kernels.ts';
import { quantise } from '../../shared/kernels/oracles/quantise.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type CascadeShape, cascadeBuffers, type Factor, makeCascade } from '../../shared/volume/cascade.ts';
import { makePixels } from '../../shared/volume/pixels.ts';

/** A block in ordinary memory, x fastest. */
interface Block {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly voxels: Float32Array;
}

const kernels = loadKernels();

/** Feeds the block's planes to a cascade and lists `level z: values` as they come. */
function cascade(block: Block, factors: readonly Factor[], dataType: PixelType): Map<string, number[]> {
  const shape: CascadeShape = { ...sizeOf(block), factors };
  const area = block.width * block.height;
  const source = { type: 'float32', length: area } as const;
  const buffers = kernels.layout({ ...cascadeBuffers(shape), source });
  const planes = new Map<string, number[]>();
  const { push } = makeCascade({
    ...shape,
    kernels,
    buffers,
    emit: (level, z, plane) => planes.set(`level ${level}, z ${z}`, [...roundedTo(dataType, plane)]),
  });
  for (let z = 0; z < block.depth; z++) {
    buffers.source.set(block.voxels.subarray(z * area, (z + 1) * area));
    push(buffers.source);
  }
  return planes;
}

function roundedTo(dataType: PixelType, plane: Float32Array): Pixels {
  const rounded = makePixels(dataType, plane.length);
  quantise(plane, plane.length, rounded, plane.length, plane.length, 1);
  return rounded;
}

/** The mips of the whole block by their definition, voxel by voxel. */
function mipsOf(block: Block, factors: readonly Factor[], dataType: PixelType): Map<string, number[]> {
  const planes = new Map<string, number[]>();
  let mip = block;
  for (let level = 0; level <= factors.length; level++) {
    const area = mip.width * mip.height;
    for (let z = 0; z < mip.depth; z++) {
      const rounded = roundedTo(dataType, mip.voxels.subarray(z * area, (z + 1) * area));
      planes.set(`level ${level}, z ${z}`, [...rounded]);
    }
    const factor = factors[level];
    if (factor !== undefined) mip = downsample(mip, factor);
  }
  return planes;
}

function downsample(block: Block, [, , factorZ]: Factor): Block {
  const width = Math.ceil(block.width / 2);
  const height = Math.ceil(block.height / 2);
  const depth = Math.ceil(block.depth / factorZ);
  const voxels = new Float32Array(width * height * depth);
  const at = (x: number, y: number, z: number) =>
    block.voxels[
      Math.min(x, block.width - 1) +
        block.width * (Math.min(y, block.height - 1) + block.height * Math.min(z, block.depth - 1))
    ]!;
  const sum = (a: number, b: number) => Math.fround(a + b);
  const mean4 = (x: number, y: number, z: number) =>
    sum(sum(at(x, y, z), at(x + 1, y, z)), sum(at(x, y + 1, z), at(x + 1, y + 1, z))) / 4;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const front = mean4(2 * x, 2 * y, factorZ * z);
        const mean = factorZ === 1 ? front : sum(front, mean4(2 * x, 2 * y, 2 * z + 1)) / 2;
        voxels[x + width * (y + height * z)] = mean;
      }
  return { width, height, depth, voxels };
}

const sizeOf = ({ width, height, depth }: Block) => ({ width, height, depth });

function randomBlock(random: () => number, most: number): Block {
  const [width, height, depth] = [1, 2, 3].map(() => 1 + Math.floor(random() * (random() < 0.8 ? 12 : 50)));
  const whole = random() < 0.5;
  const voxels = Float32Array.from({ length: width! * height! * depth! }, () => {
    const value = random() * most * 1.01;
    return whole ? Math.round(value) : value;
  });
  return { width: width!, height: height!, depth: depth!, voxels };
}

const block = (width: number, height: number, depth: number, values: number[]): Block => ({
  width,
  height,
  depth,
  voxels: Float32Array.from(values),
});

describe.each(['uint8', 'uint16', 'float32'] as const)('a cascade to %s', (dataType) => {
  it('gives the mips of the whole block, whatever its size and factors', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const source = randomBlock(random, dataType === 'uint8' ? 255 : 65_535);
      const factors = Array.from(
        { length: Math.floor(random() * 6) },
        (): Factor => [2, 2, random() < 0.5 ? 1 : 2],
      );
      const label = `seed ${seed}: ${JSON.stringify({ ...sizeOf(source), factors })}`;
      expect(cascade(source, factors, dataType), label).toEqual(mipsOf(source, factors, dataType));
    }
  });
});

describe('a cascade', () => {
  it('does not round twice: mip 2 comes from the unrounded mip 1', () => {
    // Mip 1 unrounded: 0.5, 0.5, 0.5, 1, so mip 2 is 0.625. From the rounded 0, 0, 0, 1 it would be 0.25.
    const source = block(4, 4, 1, [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1]);
    const planes = cascade(
      source,
      [
        [2, 2, 1],
        [2, 2, 1],
      ],
      'uint16',
    );
    expect(planes.get('level 1, z 0')).toEqual([0, 0, 0, 1]);
    expect(planes.get('level 2, z 0')).toEqual([1]);
  });

  it('rounds ties to even', () => {
    const source = block(4, 1, 1, [0, 1, 1, 2]);
    expect(cascade(source, [[2, 2, 1]], 'uint8').get('level 1, z 0')).toEqual([0, 2]);
  });

  it('takes the last voxel twice where the partner is missing, along each axis', () => {
    expect(cascade(block(3, 1, 1, [0, 4, 10]), [[2, 2, 2]], 'uint16').get('level 1, z 0')).toEqual([2, 10]);
    expect(cascade(block(1, 3, 1, [0, 4, 10]), [[2, 2, 2]], 'uint16').get('level 1, z 0')).toEqual([2, 10]);
    const inZ = cascade(block(1, 1, 3, [0, 4, 10]), [[2, 2, 2]], 'uint16');
    expect(inZ.get('level 1, z 0')).toEqual([2]);
    expect(inZ.get('level 1, z 1')).toEqual([10]);
  });

  it('hands a plane on as soon as its pair is whole', () => {
    const shape: CascadeShape = { width: 1, height: 1, depth: 3, factors: [[2, 2, 2]] };
    const source = { type: 'float32', length: 1 } as const;
    const buffers = kernels.layout({ ...cascadeBuffers(shape), source });
    const seen: string[] = [];
    const { push } = makeCascade({
      ...shape,
      kernels,
      buffers,
      emit: (level, z) => seen.push(`${level}:${z}`),
    });
    for (let z = 0; z < 3; z++) push(buffers.source);
    expect(seen).toEqual(['0:0', '0:1', '1:0', '0:2', '1:1']);
    expect(() => push(buffers.source)).toThrow('more than the 3 planes');
  });

  it('refuses a plane that is too small', () => {
    const shape: CascadeShape = { width: 3, height: 2, depth: 1, factors: [] };
    const source = { type: 'float32', length: 5 } as const;
    const buffers = kernels.layout({ ...cascadeBuffers(shape), source });
    const { push } = makeCascade({ ...shape, kernels, buffers, emit: () => undefined });
    expect(() => push(buffers.source)).toThrow('plane has 5 voxels, expected 3 x 2');
  });
});
