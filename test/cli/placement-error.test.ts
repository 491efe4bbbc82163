import { describe, expect, it } from 'vitest';
import { placementErrors, type Truth } from '../../cli/placement-error.ts';
import type { Placement } from '../../shared/acquisition/placement.ts';

type Triple = [number, number, number];

const truth = (tiles: readonly { at: Triple; present?: boolean }[]): Truth => ({
  format: 'colm-truth/1',
  tiles: tiles.map(({ at, present = true }, loc) => ({ loc, present, true_voxel: at })),
});

const placed = (positions: readonly Triple[]): Placement =>
  ({ tiles: positions.map((position, loc) => ({ loc, position })) }) as unknown as Placement;

describe('placement error', () => {
  it('is zero where all tiles are shifted alike', () => {
    const tiles: Triple[] = [
      [0, 0, 0],
      [100, 0, 1],
      [0, 100, 2],
    ];
    const shifted = tiles.map(([x, y, z]): Triple => [x + 7, y - 3, z + 0.5]);
    const errors = placementErrors(placed(shifted), truth(tiles.map((at) => ({ at }))));
    for (const { mean, max } of errors) expect([mean, max]).toEqual([0, 0]);
  });

  it('is mean and largest distance from the common shift, per axis', () => {
    const errors = placementErrors(
      placed([
        [0, 0, 0],
        [100, 0, 0],
        [200, 0, 0],
      ]),
      truth([{ at: [0, 0, 0] }, { at: [103, 0, -1] }, { at: [200, 0, 0] }]),
    );
    expect(errors).toEqual([
      { axis: 'x', mean: 1, max: 3 },
      { axis: 'y', mean: 0, max: 0 },
      { axis: 'z', mean: 1 / 3, max: 1 },
    ]);
  });

  it('leaves out tiles that were not scanned', () => {
    const errors = placementErrors(
      placed([
        [0, 0, 0],
        [100, 0, 0],
      ]),
      truth([{ at: [0, 0, 0] }, { at: [999, 9, 9], present: false }]),
    );
    expect(errors[0]).toEqual({ axis: 'x', mean: 0, max: 0 });
  });
});
