/** Small acquisitions of smooth texture, with everything before the report done: what it is to say is known. */

import { type Pair, pairsFile } from '../../../../services/stitching/pairs.ts';
import { preview } from '../../../../services/stitching/preview.ts';
import { report } from '../../../../services/stitching/report.ts';
import { survey } from '../../../../services/tile-correction/survey.ts';
import { type Correction, writeCorrection } from '../../../../shared/acquisition/correction.ts';
import { correctionReportFile } from '../../../../shared/acquisition/correction-report.ts';
import { makePlacement, type Placement } from '../../../../shared/acquisition/placement.ts';
import type { Problem } from '../../../../shared/acquisition/problems.ts';
import { qualityReportFile, reportTextKey } from '../../../../shared/acquisition/quality-report.ts';
import { memoryStore } from '../../../../shared/adapters/memory/store.ts';
import { readFile, writeFile } from '../../../../shared/engine/files.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { runStep } from '../../run-step.ts';
import { cutAcquisition, type Source, type Synthetic, type SyntheticTile } from '../synthetic-acquisition.ts';
import { pairsFileOf } from './measured-pairs.ts';

export type Triple = [number, number, number];

/** Blobs a few voxels wide between 300 and 1300 counts, with a little noise. */
export function texture(size: Triple, seed = 1): Source {
  const random = seededRandom(seed);
  let values = Float32Array.from({ length: size[0] * size[1] * size[2] }, () => random() - 0.5);
  for (let turn = 0; turn < 2; turn++)
    for (const stride of [1, size[0], size[0] * size[1]]) values = blurred(values, stride);
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  const voxels = Uint16Array.from(values, (value) =>
    Math.max(200, 800 + (220 * value) / spread + 20 * (random() - 0.5)),
  );
  return { size, voxels };
}

/** Each value with its two neighbours on both sides along one axis, around the ends. */
function blurred(values: Float32Array<ArrayBuffer>, stride: number): Float32Array<ArrayBuffer> {
  const [out, count] = [new Float32Array(values.length), values.length];
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let step = -2; step <= 2; step++) sum += values[(i + step * stride + count) % count]!;
    out[i] = sum;
  }
  return out;
}

export const TILE: Triple = [96, 90, 12];
const STEP: Triple = [72, 68, 0];
/** Room before the first and behind the last tile, for errors of the stage. */
const [BEFORE, BEHIND] = [6, 50];
const ROOM = BEFORE + BEHIND;
const TISSUE = texture([ROOM + 2 * STEP[0] + TILE[0], ROOM + 2 * STEP[1] + TILE[1], TILE[2] + 4]);

/** 3 x 3 tiles, numbered 0 to 8; `errors`: of the stage, voxels. */
export async function threeByThree(
  errors: Readonly<Record<number, Triple>> = {},
  missing: Readonly<Record<number, readonly number[]>> = {},
): Promise<Synthetic> {
  const tiles = Array.from({ length: 9 }, (_, n): SyntheticTile => {
    const [row, column] = [Math.floor(n / 3), n % 3];
    const [x, y, z] = errors[n] ?? [0, 0, 0];
    return {
      row,
      column,
      at: [BEFORE + column * STEP[0] + x, BEFORE + row * STEP[1] + y, 2 + z],
      ...(missing[n] === undefined ? {} : { missing: missing[n] }),
    };
  });
  const made = await cutAcquisition(TISSUE, TILE, tiles);
  const nominal = ({ row, column }: { row: number; column: number }): Triple => [
    column * STEP[0],
    row * STEP[1],
    0,
  ];
  const placed = made.placement.tiles.map((tile) => ({
    ...tile,
    nominal: nominal(tile),
    source: 'pairs' as const,
  }));
  const acquisition = {
    ...made.acquisition,
    nominalStep: { x: STEP[0], y: STEP[1] },
    rawBytes: 9 * TILE[0] * TILE[1] * TILE[2] * 2,
  };
  return { ...made, acquisition, placement: makePlacement(acquisition, placed) };
}

/** LOC number of tile n of `threeByThree`. */
export const locOf = (n: number): number => 100 * Math.floor(n / 3) + (n % 3);

/** The tiles where the stage put them. */
export const asTheStageSays = ({ acquisition, placement }: Synthetic): Placement =>
  makePlacement(
    acquisition,
    placement.tiles.map((tile) => ({ ...tile, position: tile.nominal, source: 'stage' as const })),
  );

export interface ReportOptions {
  readonly placement?: Placement;
  readonly pairs?: readonly Pair[];
  readonly problems?: readonly Problem[];
  readonly correction?: Correction;
}

/** Runs survey, preview and report as a job would. */
export async function makeReport(synthetic: Synthetic, options: ReportOptions = {}) {
  const { acquisition, source } = synthetic;
  const { placement = synthetic.placement, pairs, problems = [] } = options;
  const correction = options.correction ?? { background: 100, flatField: undefined };
  const store = memoryStore();
  await writeCorrection(store, 0, correction);
  await writeFile(store, correctionReportFile(0), decision(correction));
  if (pairs !== undefined) await writeFile(store, pairsFile, pairsFileOf(pairs));
  const inputs = {
    acquisition,
    placement,
    problems: { format: 'cloudreg-problems/1', problems: [...problems] },
  };
  for (const step of [survey, preview, report]) await runStep(step, { store, source, files: [], inputs });
  return {
    store,
    json: await readFile(store, qualityReportFile),
    text: new TextDecoder().decode((await store.get(reportTextKey))!.bytes),
  };
}

const decision = ({ background, flatField }: Correction) => ({
  format: 'cloudreg-correction-report/1' as const,
  channel: 0,
  flatField: {
    requested: 'auto',
    decision: flatField === undefined ? ('none' as const) : ('apply' as const),
    reason: 'seams improved by 40 %',
    warning: 'the light falls off by more than half',
    evidence: null,
    factors: null,
  },
  background: {
    requested: 'auto',
    value: background,
    accepted: true,
    reason: 'the darkest voxels look like camera noise',
    warning: null,
  },
  statement: `Channel 0: background ${background} (camera noise), a flat field (seams improved by 40 %)`,
});
