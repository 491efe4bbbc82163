/** `--flat-field auto`: one channel's flat field from overlaps and looks, or the answer that the evidence is too thin. */
import { standardDeviation } from '../../shared/numerics/statistics.ts';
import { fieldBasis, fieldValues } from './field-basis.ts';
import { type Evidence, gatherEvidence, judge, tooLittle } from './honesty.ts';
import type { LogField } from './log-field.ts';
import { type Look, logLooks, lookPairs, type ReducedGrid } from './looks.ts';
import { fitLogField } from './robust-fit.ts';

export interface FlatFieldInput {
  readonly grid: ReducedGrid;
  readonly looks: readonly Look[];
  /**
   * First pixel of each tile, [x, y] in full-resolution pixels, nominal; by the looks' tile index. Undefined where
   * positions are not known: then looks alone must do.
   */
  readonly origins: readonly (readonly [number, number])[] | undefined;
  /** Counts without light. */
  readonly background: number;
  /** Of the random splits. */
  readonly seed?: number;
}

export interface FlatFieldEstimate {
  readonly decision: 'apply' | 'none';
  /** One sentence for the report, with the figures that decided. */
  readonly reason: string;
  /** What a reader should know before trusting an applied field. */
  readonly warning: string | null;
  /** The field found, also where it is not to be applied; null where there was too little to look for one. */
  readonly logField: LogField | null;
  /** Null where there was too little to look for a field. */
  readonly evidence: Evidence | null;
}

const defaultSeed = 1;
/** Below this, in reduced pixels, a 6 x 6 spline has nothing to hold on to. */
const narrowestGrid = 8;

export function estimateFlatField(input: FlatFieldInput): FlatFieldEstimate {
  const { grid, origins } = input;
  const looks = logLooks(input.looks, input.background);
  const pairs = origins === undefined ? [] : lookPairs(looks, origins, grid);
  const lack = narrow(grid) ?? tooLittle(countTiles(looks), countPairs(pairs));
  if (lack !== undefined)
    return { decision: 'none', reason: lack, warning: null, logField: null, evidence: null };

  const zBlocks = new Set(looks.map((look) => look.zBlock)).size;
  const fitInput = { grid, looks, pairs, zBlocks };
  const logField = fitLogField(fitInput);
  const sd = standardDeviation(fieldValues(fieldBasis(grid), logField.coefficients));
  const evidence = gatherEvidence(fitInput, sd, input.seed ?? defaultSeed);
  const { apply, reason } = judge(evidence);
  return {
    decision: apply ? 'apply' : 'none',
    reason,
    warning: warningOf(apply, evidence),
    logField,
    evidence,
  };
}

const warningOf = (apply: boolean, { pairs }: Evidence): string | null =>
  apply && pairs === 0
    ? 'The flat field comes from tiles without overlaps: expect errors of 0.015 to 0.05 (sd of its logarithm).'
    : null;

const narrow = ({ width, height }: ReducedGrid): string | undefined =>
  Math.min(width, height) < narrowestGrid
    ? `looks of ${width} x ${height} reduced pixels: at least ${narrowestGrid} are needed along each side`
    : undefined;

const countTiles = (looks: readonly { readonly tile: number }[]): number =>
  new Set(looks.map((look) => look.tile)).size;

const countPairs = (pairs: readonly { readonly tiles: readonly [number, number] }[]): number =>
  new Set(pairs.map((pair) => pair.tiles.join('-'))).size;
