import { describe, expect, it } from 'vitest';
import { jobParameters } from '../../../../services/parameters.ts';
import {
  type FusionInputs,
  fusionGeometry,
  fusionNeeds,
} from '../../../../services/stitching/fusion/fusion-geometry.ts';
import { makePlacement, nominalPosition, placedTiles } from '../../../../shared/acquisition/placement.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { acquisitionOf, type Shape } from '../overlaps/shape.ts';

/** Tiles a few voxels from where the stage says. */
function inputsOf(shape: Omit<Shape, 'overlap'>): FusionInputs {
  const acquisition = acquisitionOf({ overlap: 0.15, compressed: true, ...shape });
  const random = seededRandom(1);
  const tiles = acquisition.tiles.map((tile) => {
    const nominal = nominalPosition(acquisition, tile);
    const jittered = nominal.map((at) => at + 6 * random()) as typeof nominal;
    const { loc, row, column, directory } = tile;
    return { loc, row, column, directory, nominal, position: jittered, source: 'pairs' as const };
  });
  return {
    acquisition,
    placement: makePlacement(acquisition, tiles),
    parameters: jobParameters.parse({}),
  };
}

/** In how many blocks a plane of a tile lies, on average. */
function decodesOf(inputs: FusionInputs): number {
  const [width, height] = fusionGeometry(inputs).blocks.blockSize;
  const touched = (start: number, end: number, step: number): number =>
    Math.ceil(end / step) - Math.floor(start / step);
  const counts = placedTiles(inputs.placement).map(
    ({ box: { start, end } }) => touched(start[0], end[0], width) * touched(start[1], end[1], height),
  );
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

describe('blocks of compressed stacks', () => {
  it.each([16, 32, 48, 63])('of %i planes decode each plane once, in 1200 MiB at most', (planes) => {
    for (const tileSize of [
      [192, 192, planes],
      [512, 512, planes],
    ] as const)
      for (const [rows, columns] of [
        [2, 2],
        [3, 4],
        [4, 4],
        [1, 9],
      ] as const) {
        const inputs = inputsOf({ rows, columns, tileSize });
        expect(decodesOf(inputs), `${rows} x ${columns} tiles of ${tileSize}`).toBe(1);
        expect(fusionNeeds(inputs).memoryMiB).toBeLessThanOrEqual(1200);
      }
  });

  it.each([40, 64, 300])(
    'of %i planes decode a plane 1.9 times at most on average, however large',
    (planes) => {
      for (const [rows, columns] of [
        [2, 2],
        [5, 7],
        [20, 12],
      ] as const)
        expect(decodesOf(inputsOf({ rows, columns, tileSize: [2048, 2048, planes] }))).toBeLessThanOrEqual(
          1.9,
        );
    },
  );

  it('are no larger than 1.9 decodes need from 64 planes on', () => {
    const needs = (planes: number): number =>
      fusionNeeds(inputsOf({ rows: 3, columns: 4, tileSize: [512, 512, planes] })).memoryMiB;
    expect(needs(64)).toBeLessThan(needs(63));
    expect(needs(1200)).toBe(needs(64));
  });

  it.each([40, 300])('of %i planes fit a single column of tiles, and a single row', (planes) => {
    for (const [rows, columns] of [
      [20, 1],
      [1, 20],
    ] as const) {
      const inputs = inputsOf({ rows, columns, tileSize: [1000, 1000, planes] });
      expect(decodesOf(inputs)).toBeLessThanOrEqual(1.9);
      expect(fusionNeeds(inputs).memoryMiB).toBeLessThanOrEqual(1200);
    }
  });
});
