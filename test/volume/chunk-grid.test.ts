import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../shared/geometry/box.ts';
import {
  cellsIn,
  chunkBox,
  chunkCount,
  chunkName,
  gridSize,
  isChunkName,
  volumeBox,
} from '../../shared/volume/chunk-grid.ts';

const grid = { sizeVoxels: [45, 33, 21] as Vec3, chunkSize: [16, 16, 16] as Vec3 };
const shifted = { ...grid, voxelOffset: [-13, 100, 7] as Vec3 };
const nameAt = (cell: Vec3, of = shifted) => chunkName(chunkBox(of, cell));

describe('the grid of chunks', () => {
  it('covers the volume, edge chunks included', () => {
    expect(gridSize(grid)).toEqual([3, 3, 2]);
    expect(chunkCount(grid)).toBe(18);
    expect(gridSize({ sizeVoxels: [5, 6, 7], chunkSize: [64, 64, 64] })).toEqual([1, 1, 1]);
  });

  it('begins at the offset and cuts edge chunks to the volume', () => {
    expect(nameAt([0, 0, 0])).toBe('-13-3_100-116_7-23');
    expect(nameAt([2, 2, 1])).toBe('19-32_132-133_23-28');
    expect(chunkName(chunkBox(grid, [2, 2, 1]))).toBe('32-45_32-33_16-21');
  });

  it('writes two negative bounds as signs', () => {
    expect(chunkName({ start: [-20, -3, 0], end: [-4, -1, 1] })).toBe('-20--4_-3--1_0-1');
  });

  it('refuses cells outside', () => {
    for (const cell of [
      [3, 0, 0],
      [0, -1, 0],
      [0, 0, 0.5],
    ] as Vec3[])
      expect(() => chunkBox(grid, cell)).toThrow(RangeError);
  });

  it('tells chunk names from other names', () => {
    for (const name of ['-13-3_100-116_7-23', '-20--4_-3--1_0-1', '0-64_0-64_0-64'])
      expect(isChunkName(name), name).toBe(true);
    for (const name of ['info', '0-64_0-64', '0-64_0-64_0-64.gz', '0-64/0-64/0-64', '1-2_3-4_5-6_7-8'])
      expect(isChunkName(name), name).toBe(false);
  });

  it('gives the cells that hold voxels of a box, x fastest', () => {
    const cells = [...cellsIn(shifted, { start: [2, 100, 7], end: [4, 117, 8] })];
    expect(cells).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 1, 0],
    ]);
    expect([...cellsIn(shifted, volumeBox(shifted))]).toHaveLength(18);
    expect([...cellsIn(shifted, { start: [2, 100, 7], end: [2, 117, 8] })]).toEqual([]);
  });
});
