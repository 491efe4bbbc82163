/** The pairs in numbers. */
import { fourDecimals } from '../../../shared/acquisition/placement.ts';
import type { PairStatistics } from '../../../shared/acquisition/quality-report.ts';
import { axes } from '../axes.ts';
import type { PairStatus } from '../pairs.ts';
import { isUsed, type PairView } from './pair-view.ts';

export function pairStatistics(views: readonly PairView[]): PairStatistics {
  const count = (status: PairStatus): number => views.filter(({ pair }) => pair.status === status).length;
  const residuals = views
    .filter(isUsed)
    .flatMap(({ residual }) => (residual === undefined ? [] : [residual]));
  return {
    pairs: views.length,
    used: count('used'),
    rejected: count('rejected'),
    ambiguous: count('ambiguous'),
    atSearchBorder: count('at-search-border'),
    noSignal: count('no-signal'),
    residualMax: fourDecimals(
      axes((i) => residuals.reduce((most, residual) => Math.max(most, Math.abs(residual[i])), 0)),
    ),
    residualRms: fourDecimals(
      axes((i) =>
        Math.sqrt(residuals.reduce((sum, r) => sum + r[i] ** 2, 0) / Math.max(1, residuals.length)),
      ),
    ),
  };
}
