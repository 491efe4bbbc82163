/** How far each tile lies from where the stage put it, beyond what the stage gets wrong everywhere alike. */
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { median } from '../../../shared/numerics/statistics.ts';
import { type Axis, axes, type Triple } from '../axes.ts';
import { correctedNominal } from '../placement/stage-correction.ts';
import type { TileOfPlacement } from './tile-support.ts';

export interface StageError {
  readonly tile: TileOfPlacement;
  /** Position minus what stage and neighbours say, voxels. */
  readonly error: Triple;
  /** Unusual among the tiles of this placement. */
  readonly isFar: boolean;
}

/** Fewer say nothing about the stage. */
const LEAST_STEPS = 3;
/** Voxels in x, y and z below which no stage is blamed, and multiples of the usual error above which a tile is. */
const USUAL: Triple = [15, 15, 4];
const TIMES = 6;
/** From the median of absolute values to a standard deviation. */
const TO_DEVIATION = 1.4826;

/** `tiles`: those to judge, all of one gauge. Rotation of the grid, tilt and a wrong step are taken out by medians. */
export function stageErrors(tiles: Placement['tiles']): StageError[] {
  const step = { x: stepError(tiles, 'x'), y: stepError(tiles, 'y') };
  const errors = tiles.map((tile) => {
    const expected = correctedNominal(tile, step);
    return axes((i) => tile.position[i] - expected[i]);
  });
  const common = axes((i) => median(errors.map((error) => error[i])));
  const own = errors.map((error) => axes((i) => error[i] - common[i]));
  const far = axes((i) =>
    Math.max(USUAL[i], TIMES * TO_DEVIATION * median(own.map((error) => Math.abs(error[i])))),
  );
  return tiles.map((tile, n) => {
    const error = own[n]!;
    return { tile, error, isFar: error.some((value, i) => Math.abs(value) > far[i]!) };
  });
}

/** Median over tiles of one row (x) or column (y) of what each step between them is longer than the nominal one. */
function stepError(tiles: Placement['tiles'], axis: 'x' | 'y'): Triple {
  const [line, place] = axis === 'x' ? (['row', 'column'] as const) : (['column', 'row'] as const);
  const lines = new Map<number, TileOfPlacement[]>();
  for (const tile of tiles) lines.set(tile[line], [...(lines.get(tile[line]) ?? []), tile]);
  const steps = [...lines.values()].flatMap((own) =>
    own.flatMap((from) =>
      own
        .filter((to) => to[place] > from[place])
        .map((to) => axes((i) => (offStage(to, i) - offStage(from, i)) / (to[place] - from[place]))),
    ),
  );
  return steps.length < LEAST_STEPS ? [0, 0, 0] : axes((i) => median(steps.map((step) => step[i])));
}

const offStage = ({ position, nominal }: TileOfPlacement, axis: Axis): number =>
  position[axis] - nominal[axis];
