import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { type Affine, compose, rotation, scaling, translation } from '../../shared/geometry/affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { boxAt } from '../../shared/geometry/box.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import type { Space } from '../../shared/registration/files/space.ts';
import { centredGrid } from '../../shared/registration/grid.ts';
import { type RegistrationMap, toAtlas, toSample } from '../../shared/registration/map.ts';
import type { SourceVolume } from '../../shared/registration/source/source-volume.ts';
import { followBox, followToAtlas, followToSample } from '../../shared/registration/warp/follow-map.ts';
import { sampleAt } from '../../shared/registration/warp/sample-source.ts';
import { shrinkChunk } from '../../shared/registration/warp/shrink-chunk.ts';
import {
  planTarget,
  targetChunks,
  targetPasses,
  writeShrunkChunk,
  writeTargetInfo,
  writeWarpedChunk,
} from '../../shared/registration/warp/target-volume.ts';
import type { VoxelArray } from '../../shared/volume/data-type.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';

const SEED = 11;
const toAtlasAffine: Affine = compose(
  translation([120, -80, 60]),
  compose(rotation([4, -7, 5]), scaling([1.1, 0.95, 1.02])),
);

/** Smooth enough to be inverted, and of different slope in every direction. */
function bentMap(affine = toAtlasAffine): RegistrationMap {
  const grid = centredGrid([9, 8, 10], [300, 300, 300]);
  const random = seededRandom(SEED);
  const u = new Float32Array(9 * 8 * 10 * 4).map((_, i) => (i % 4 === 3 ? 0 : (random() - 0.5) * 160));
  return { toAtlas: affine, grid, u, sampleExtentUm: [2000, 1800, 2200], atlasExtentUm: [2100, 1700, 2300] };
}

const sampleFrame = { voxelSizeUm: [50, 60, 55] as Vec3, extentUm: [2000, 1800, 2200] as Vec3 };
const atlasFrame = { voxelSizeUm: [70, 50, 60] as Vec3, extentUm: [2100, 1700, 2300] as Vec3 };

describe('voxels that are followed along rows', () => {
  const box = boxAt([3, 5, 7], [20, 9, 8]);
  const positions = (i: number, frame: typeof sampleFrame): Vec3 => {
    const [x, y, z] = [i % 20, Math.floor(i / 20) % 9, Math.floor(i / 180)];
    const voxel = [3 + x, 5 + y, 7 + z];
    return voxel.map((v, axis) => (v + 0.5) * frame.voxelSizeUm[axis]!) as unknown as Vec3;
  };
  const um = (index: Float64Array, i: number, frame: typeof sampleFrame): Vec3 =>
    [0, 1, 2].map((axis) => (index[3 * i + axis]! + 0.5) * frame.voxelSizeUm[axis]!) as unknown as Vec3;

  it('fall where the map takes their positions, both ways', () => {
    const map = bentMap();
    const there = followBox(followToAtlas(map, sampleFrame, atlasFrame), box);
    const back = followBox(followToSample(map, atlasFrame, sampleFrame), box);
    for (let i = 0; i < there.length / 3; i += 7) {
      const a = toAtlas(map, positions(i, sampleFrame));
      um(there, i, atlasFrame).forEach((value, axis) => {
        expect(value).toBeCloseTo(a[axis]!, 6);
      });
      const s = toSample(map, positions(i, atlasFrame));
      um(back, i, sampleFrame).forEach((value, axis) => {
        expect(Math.abs(value - s[axis]!)).toBeLessThan(0.05);
      });
    }
  });
});

function sourceOf(values: VoxelArray, size: Vec3, dataType: SourceVolume['dataType']): SourceVolume {
  return {
    url: 'memory:///source',
    scales: [{ sizeVoxels: size, voxelSizeUm: [100, 100, 100], chunkSize: size }],
    offsetUm: [0, 0, 0],
    dataType,
    isSegmentation: false,
    statedOrientation: undefined,
    async read(_, { start, end }) {
      const out: (number | bigint)[] = [];
      for (let z = start[2]; z < end[2]; z++)
        for (let y = start[1]; y < end[1]; y++)
          for (let x = start[0]; x < end[0]; x++) out.push(values[x + size[0] * (y + size[1] * z)]!);
      const Typed = values.constructor as unknown as { from(list: readonly unknown[]): VoxelArray };
      return Typed.from(out);
    },
  };
}

describe('values at positions', () => {
  const size: Vec3 = [4, 3, 3];
  const ramp = Float32Array.from(
    { length: 36 },
    (_, i) => (i % 4) + 10 * (Math.floor(i / 4) % 3) + 100 * Math.floor(i / 12),
  );

  it('are linear between voxels, those of the outermost voxel in its outer half, and 0 beyond', async () => {
    const source = sourceOf(ramp, size, 'float32');
    const at = Float64Array.of(1.25, 0.5, 1.5, -0.4, 1, 1, 3.4, 2.4, 2.4, 3.6, 1, 1, 1, -0.6, 1);
    const values = await sampleAt({ source, scale: 0, how: 'linear' }, at);
    expect([...values]).toEqual([1.25 + 5 + 150, 110, 3 + 20 + 200, 0, 0]);
  });

  it('are whole for whole types, half to even', async () => {
    const source = sourceOf(Uint16Array.of(0, 1, 2, 3, 0, 0, 0, 0), [4, 2, 1], 'uint16');
    const values = await sampleAt({ source, scale: 0, how: 'linear' }, Float64Array.of(0.5, 0, 0, 1.5, 0, 0));
    expect([...values]).toEqual([0, 2]);
  });

  it('are the labels of the nearest voxels, exact beyond 2^53', async () => {
    const large = 2n ** 53n + 1n;
    const source = sourceOf(BigUint64Array.of(large, 7n, 0n, 5n), [2, 2, 1], 'uint64');
    const at = Float64Array.of(0.49, 0, 0, 0.51, 0.2, 0.3, 1, 1, 0, 2, 0, 0);
    expect([...(await sampleAt({ source, scale: 0, how: 'nearest' }, at))]).toEqual([large, 7n, 5n, 0n]);
  });
});

describe('a coarser chunk', () => {
  it('has the most frequent label of each block, the smallest of several', () => {
    const fine = Uint32Array.of(5, 3, 9, 3, 5, 9, 9, 3, 7);
    const out = shrinkChunk(fine, [3, 3, 1], [2, 2, 1], [2, 2, 1], 'uint32', true);
    expect([...out]).toEqual([3, 9, 3, 7]);
  });

  it('has the mean of what the volume still has at its border', () => {
    const out = shrinkChunk(
      Uint8Array.of(1, 2, 9, 4, 4, 10),
      [3, 2, 1],
      [2, 1, 1],
      [2, 2, 1],
      'uint8',
      false,
    );
    expect([...out]).toEqual([3, 10]);
  });
});

const space = (sizeVoxels: Vec3, offsetUm: Vec3): Space => ({
  url: 'memory:///x',
  imageUrl: 'memory:///x',
  sizeVoxels,
  voxelSizeUm: [100, 100, 100],
  offsetUm,
  orientation: 'PIR',
});

describe('a volume that is carried over', () => {
  it('lies at the offset of the volume whose grid it has, and all of its chunks are written', async () => {
    const size: Vec3 = [70, 66, 65];
    const labels = Uint32Array.from({ length: 70 * 66 * 65 }, (_, i) => (i % 70 < 30 ? 614_454_277 : 8));
    const source = sourceOf(labels, size, 'uint32');
    const target = planTarget({
      folder: 'labels',
      on: 'sample',
      sourceUrl: source.url,
      isLabels: true,
      dataType: 'uint32',
      sizeVoxels: size,
      voxelSizeUm: [100, 100, 100],
      offsetUm: [200, -400, 0],
    });
    const straight = bentMap(translation([0, 0, 0]));
    straight.u.fill(0);
    const extent: Vec3 = [7000, 6600, 6500];
    const map = { ...straight, sampleExtentUm: extent, atlasExtentUm: extent };
    const context = { map, sample: space(size, [200, -400, 0]), atlas: space(size, [0, 0, 0]), source };
    const store = memoryStore();
    await writeTargetInfo(store, target, undefined);
    for (let mip = 0; mip < targetPasses([target]); mip++) {
      const plan = targetChunks([target], mip);
      for (let index = 0; index < plan.count; index++) {
        const chunk = plan.task(index);
        await (mip === 0
          ? writeWarpedChunk(store, target, chunk.chunk, context)
          : writeShrunkChunk(store, target, chunk));
      }
    }
    const volume = await openVolume(store, 'labels');
    expect(volume.mips.map(({ voxelOffset }) => voxelOffset)).toEqual([
      [2, -4, 0],
      [1, -2, 0],
    ]);
    const { data } = await volume.read(0, boxAt([2, -4, 0], size));
    expect(Buffer.compare(Buffer.from((data as Uint32Array).buffer), Buffer.from(labels.buffer))).toBe(0);
    const coarse = (await volume.read(1, boxAt([1, -2, 0], [35, 33, 33]))).data;
    expect([coarse[0], coarse[14], coarse[15], coarse[34]]).toEqual([614_454_277, 614_454_277, 8, 8]);
  });
});
