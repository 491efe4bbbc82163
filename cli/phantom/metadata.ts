/** The text files of the acquisition, and the truth about it. */
import { vignetteOf } from './camera.ts';
import { nominalStep, type PhantomPlan, type PhantomTile, roundMillionth, vignetteSeed } from './plan.ts';

const MAGNIFICATION = 10;
/** Of the 10x objective at the camera's full width. */
const FULL_PIXEL_UM = 0.585;
const FULL_WIDTH = 2048;

export function voxelSizeUmOf({ tileSize, zStepUm }: PhantomPlan): readonly [number, number, number] {
  const pixelUm = (FULL_PIXEL_UM * FULL_WIDTH) / tileSize[0];
  return [pixelUm, pixelUm, zStepUm];
}

export function experimentIni(plan: PhantomPlan): string {
  const percent = (100 * plan.overlap).toFixed(6);
  const lines = [
    '[Experiment Settings]',
    'Experiment Name = "phantom"',
    `X Resolution = "${plan.tileSize[0]}"`,
    `Y Resolution = "${plan.tileSize[1]}"`,
    `Num in stack (Top Left Corner) = "${plan.tileSize[2]}"`,
    `Num Enabled Channels = "${plan.channels}"`,
    '',
    '[Objectives]',
    `North = "${MAGNIFICATION}x"`,
    'South = "None"',
    '',
    '[North Scan Region]',
    `Num Horizontal = "${plan.columns}"`,
    `Num Vertical = "${plan.rows}"`,
    `Stack Step (mm) = "${(plan.zStepUm / 1000).toFixed(6)}"`,
    '',
    '[North Scan Region Stats]',
    `Actual Horizontal Overlap (%) = "${percent}"`,
    `Actual Vertical Overlap (%) = "${percent}"`,
    '',
  ];
  return lines.join('\r\n');
}

export function scannedCells({ columns }: PhantomPlan, tiles: readonly PhantomTile[]): string {
  const rows = new Map<number, string[]>();
  for (const { row, present } of tiles) rows.set(row, [...(rows.get(row) ?? []), present ? '1' : '0']);
  const lines = [...rows.values()].map((cells) => cells.slice(0, columns).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * What a placement is judged by, in the form `colm-truth/1`: positions are the centre of a tile's first voxel in the
 * nominal frame (LOC000 at 0, 0, 0); a translation common to all tiles cannot be observed.
 */
export function truthOf(plan: PhantomPlan, tiles: readonly PhantomTile[]): object {
  const [width, height] = plan.tileSize;
  const voxelSizeUm = voxelSizeUmOf(plan);
  return {
    format: 'colm-truth/1',
    options: optionsOf(plan),
    source: [{ name: 'procedural', id: null }],
    source_origin_voxel: [0, 0, 0],
    voxel_size_um: voxelSizeUm,
    tile_size: plan.tileSize,
    grid: { rows: plan.rows, cols: plan.columns },
    overlap_fraction: [plan.overlap, plan.overlap],
    nominal_step: nominalStep(plan),
    channels: plan.channels,
    channel_shift_voxel: [0, 0, 0],
    tiles: tiles.map((tile) => tileTruth(tile, voxelSizeUm)),
    pairs: pairsOf(plan, tiles),
    bias: biasOf(plan, width, height),
    background: plan.background,
    read_noise: plan.readNoise,
    e_per_count: plan.electronsPerCount,
    interpolation: { kind: 'none: the phantom is evaluated at each voxel' },
  };
}

const optionsOf = (plan: PhantomPlan) => ({
  procedural: 'auto',
  grid: `${plan.rows},${plan.columns}`,
  tile: plan.tileSize.join(','),
  overlap: String(plan.overlap),
  seed: plan.seed,
  jitter: plan.jitter.join(','),
  vignette: plan.vignette,
  background: plan.background,
  read_noise: plan.readNoise,
  e_per_count: plan.electronsPerCount,
  missing: plan.missing.join(','),
  channels: plan.channels,
  layout: 'flat',
  compression: 'none',
  mag: MAGNIFICATION,
  z_step_um: plan.zStepUm,
});

function tileTruth(tile: PhantomTile, voxelUm: readonly number[]) {
  return {
    loc: tile.loc,
    row: tile.row,
    col: tile.column,
    present: tile.present,
    empty: false,
    nominal_voxel: tile.nominal,
    true_voxel: tile.position,
    error_voxel: difference(tile.position, tile.nominal),
    true_um: tile.position.map((at, axis) => roundMillionth(at * voxelUm[axis]!)),
    gain: 1,
    missing_planes: [],
  };
}

/** Neighbours that were both scanned: to the right (x), then below (y). */
function pairsOf(plan: PhantomPlan, tiles: readonly PhantomTile[]) {
  return tiles.flatMap((a) => {
    const right = a.column + 1 < plan.columns ? tiles[a.loc + 1] : undefined;
    const below = tiles[a.loc + plan.columns];
    return [pairOf(plan, a, right, 'x'), pairOf(plan, a, below, 'y')].filter((pair) => pair !== undefined);
  });
}

function pairOf(plan: PhantomPlan, a: PhantomTile, b: PhantomTile | undefined, axis: 'x' | 'y') {
  if (b === undefined || !a.present || !b.present) return undefined;
  const offset = difference(b.position, a.position);
  return {
    a: a.loc,
    b: b.loc,
    axis,
    nominal_offset: difference(b.nominal, a.nominal),
    true_offset: offset,
    overlap_voxels: offset.map((by, at) => Math.floor(plan.tileSize[at]! - Math.abs(by))),
  };
}

function biasOf(plan: PhantomPlan, width: number, height: number) {
  const { cx, cy, kx, ky, factor } = vignetteOf(plan, width, height, vignetteSeed(plan));
  return {
    formula: 'V(x,y) = max(0.05, 1 - vignette*(u^2+v^2)/2 + kx*u + ky*v), u=(x-cx)/(w/2), v=(y-cy)/(h/2)',
    vignette: plan.vignette,
    cx,
    cy,
    kx,
    ky,
    min: factor.reduce((least, value) => Math.min(least, value), 1),
    max: factor.reduce((most, value) => Math.max(most, value), 0),
  };
}

const difference = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((at, axis) => roundMillionth(at - b[axis]!));
