import { describe, expect, it } from 'vitest';
import { signed } from '../../../services/stitching/report/sheet/sheet-drawing.ts';
import { layOutSheet } from '../../../services/stitching/report/sheet/sheet-layout.ts';
import { roundDown, shiftScale } from '../../../services/stitching/report/sheet/shift-scale.ts';
import { tileShifts } from '../../../services/stitching/report/sheet/tile-shifts.ts';
import { makePlacement, type Placement } from '../../../shared/acquisition/placement.ts';

type Triple = [number, number, number];

/** Tiles of a row, 80 voxels apart by the stage, each shifted by so much. */
function shiftedRow(shifts: readonly Triple[]): Placement {
  const frame = {
    voxelSizeUm: [1, 1, 1] as Triple,
    tileSize: [100, 90, 10] as Triple,
    grid: { rows: 1, columns: 9 },
  };
  return makePlacement(
    frame,
    shifts.map(([x, y, z], column) => ({
      loc: column,
      row: 0,
      column,
      directory: `LOC00${column}`,
      nominal: [column * 80, 0, 0],
      position: [column * 80 + x, y, z],
      source: 'pairs' as const,
    })),
  );
}

const scaleOf = (placement: Placement) => shiftScale(tileShifts(placement), [1, 1], 90);

describe('shifts on the contact sheet', () => {
  it('are those against the stage that the tiles do not share', () => {
    const shifts = tileShifts(
      shiftedRow([
        [7, -3, 1],
        [9, -3, 1],
        [7, -3, 1.5],
      ]),
    ).map(({ shift }) => shift);
    expect(shifts).toEqual([
      [0, 0, 0],
      [2, 0, 0],
      [0, 0, 0.5],
    ]);
  });

  it('are exaggerated by a round figure until most cross half a tile', () => {
    expect(
      scaleOf(
        shiftedRow([
          [0, 0, 0],
          [2, 0, 0],
          [0, -2, 0],
          [0, 2, 0],
          [-2, 0, 0],
        ]),
      ),
    ).toEqual({
      exaggeration: 20,
      mostPixels: 81,
      isCut: false,
      mostZ: 0,
    });
  });

  it('that are far larger than the others are cut, so that the others can be seen', () => {
    const small: Triple[] = Array.from({ length: 20 }, (_, i) => [i % 2, i % 3, 0]);
    const scale = scaleOf(shiftedRow([...small, [0, 50, 0]]));
    expect(scale).toMatchObject({ exaggeration: 20, isCut: true });
    expect(scaleOf(shiftedRow(small))).toMatchObject({ exaggeration: 20, isCut: false });
  });

  it('below a twentieth of a voxel are not drawn', () => {
    expect(
      scaleOf(
        shiftedRow([
          [0, 0, 0],
          [0.04, 0, 0.04],
          [0, 0, 0],
        ]),
      ),
    ).toMatchObject({ exaggeration: 0, mostZ: 0 });
    expect(scaleOf(shiftedRow([[0, 0, 0]]))).toMatchObject({ exaggeration: 0, isCut: false });
  });

  it.each([
    [1, 1],
    [4.9, 2],
    [5, 5],
    [99, 50],
    [0.3, 0.2],
    [1000, 1000],
  ])('%d is rounded down to %d', (value, round) => {
    expect(roundDown(value)).toBeCloseTo(round, 12);
  });

  it('are written with their sign, to a tenth of a voxel', () => {
    expect([1.25, -0.31, 0.04, -0.02].map(signed)).toEqual(['+1.3', '−0.3', '0', '0']);
  });
});

describe('the layout of the contact sheet', () => {
  it('draws a specimen to scale', () => {
    const { xy, xz, zy, zStretch } = layOutSheet([11_000, 8000, 4000]);
    expect(zStretch).toBe(1);
    expect(xy).toMatchObject({ width: 1100, height: 800 });
    expect(xz).toMatchObject({ width: 1100, height: 400, left: xy.left });
    expect(zy).toMatchObject({ width: 400, height: 800, top: xy.top });
  });

  it('stretches z by a whole factor where the stack is too thin to see', () => {
    const { xz, zStretch } = layOutSheet([11_000, 8000, 300]);
    expect(zStretch).toBe(3);
    expect(xz.height).toBe(90);
  });

  it('has room for the legend however narrow the specimen', () => {
    expect(layOutSheet([10, 5000, 10]).width).toBeGreaterThanOrEqual(900);
    expect(layOutSheet([10, 5000, 10]).xy.width).toBeGreaterThanOrEqual(1);
  });
});
