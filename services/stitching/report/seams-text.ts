/** The report's tables of pairs and seams. */
import {
  type QualityReport,
  type SeamFigures,
  type SeamRecord,
  tileName,
} from '../../../shared/acquisition/quality-report.ts';
import type { PairStatus } from '../pairs.ts';
import type { Evidence } from './evidence.ts';
import { image, paragraph, table } from './markdown.ts';
import { LARGE_RESIDUAL } from './pair-findings.ts';
import { largest, voxels } from './words.ts';

export function pairsText({ pairs }: Evidence, { seams }: QualityReport): string[] {
  const measured = worstPairsFirst(seams.filter(({ status }) => status !== null));
  if (pairs === undefined || measured.length === 0)
    return ['## Pairs', '', ...paragraph('No pairs were measured.')];
  return [
    '## Pairs, worst first',
    '',
    ...paragraph(
      'Residual: placed minus measured offset, voxels (x, y, z); of a pair that was left out, against its best match.',
      'Reliability is the probability of being right; correlation is that of the two tiles at the match.',
    ),
    ...table(
      ['pair', 'along', 'status', 'residual', 'reliability', 'correlation'],
      measured.map(({ a, b, axis, status, residual, reliability, correlation }) => [
        nameOf(a, b),
        axis,
        STATUSES[status as PairStatus],
        residual === null ? '' : voxels(residual, 2),
        number(reliability),
        number(correlation),
      ]),
    ),
  ];
}

const STATUSES: Readonly<Record<PairStatus, string>> = {
  rejected: 'rejected by its neighbours',
  'at-search-border': 'at the border: enlarge --search',
  ambiguous: 'ambiguous',
  'no-signal': 'no signal',
  used: 'used',
};

/** Used pairs that fit badly, then those that were left out, the surest first, then the others by residual. */
export function worstPairsFirst(seams: readonly SeamRecord[]): SeamRecord[] {
  const off = ({ residual }: SeamRecord): number => largest(residual ?? []);
  const rank = (seam: SeamRecord): number =>
    seam.status === 'used' && off(seam) > LARGE_RESIDUAL ? -1 : ORDER.indexOf(seam.status ?? '');
  const doubt = ({ status, reliability }: SeamRecord): number =>
    status === 'rejected' ? 1 - (reliability ?? 0) : 0;
  return [...seams].sort(
    (s, t) => rank(s) - rank(t) || doubt(s) - doubt(t) || off(t) - off(s) || s.a - t.a || s.b - t.b,
  );
}

const ORDER = Object.keys(STATUSES);

export function seamsText({ seams, sample, pictures }: QualityReport): string[] {
  const { heights, bytesRead, shareOfRaw } = sample;
  const planes = heights.length === 1 ? `plane z = ${heights[0]}` : `planes z = ${heights.join(', ')}`;
  return [
    '## Seams before and after',
    '',
    ...paragraph(
      `Before: at the stage's positions; after: as placed. Both in whole voxels, channel ${sample.channel}, at ${planes} of the`,
      `volume: about ${megabytes(bytesRead)} MB or ${percent(shareOfRaw)} of the raw data were read for it. Difference: mean |a - b|`,
      'of the two tiles over their overlap, counts after flat field and background, noise included. Correlation: of what is left',
      'without everything smooth. Structure: the smaller of the tiles’ correlations with themselves two pixels on; where it is low',
      'there is nothing to compare.',
    ),
    ...(pictures.worstSeam === null
      ? paragraph('No overlap could be looked at.')
      : ['The overlap that matches worst:', '', ...image(pictures.worstSeam, 'the worst seam')]),
    ...(pictures.typicalSeam === null || seams.length === 1
      ? []
      : ['A typical one:', '', ...image(pictures.typicalSeam, 'a typical seam')]),
    ...table(
      [
        ...['pair', 'along', 'difference before', 'after', 'correlation before', 'after'],
        ...['structure', 'mean of a - b after', 'deviation'],
      ],
      seams.map(({ a, b, axis, before, after }) => [
        nameOf(a, b),
        axis,
        ...both(before, after, ({ meanDifference }) => meanDifference.toFixed(1)),
        ...both(before, after, ({ correlation }) => number(correlation)),
        cell(after, ({ structure }) => number(structure)),
        cell(after, ({ bias }) => bias.toFixed(1)),
        cell(after, ({ deviation }) => deviation.toFixed(1)),
      ]),
    ),
  ];
}

const both = (
  before: SeamFigures | null,
  after: SeamFigures | null,
  text: (figures: SeamFigures) => string,
): string[] => [cell(before, text), cell(after, text)];

const cell = (figures: SeamFigures | null, text: (figures: SeamFigures) => string): string =>
  figures === null ? '' : text(figures);

const nameOf = (a: number, b: number): string => `${tileName(a)} ${tileName(b)}`;
const number = (value: number | null): string => (value === null ? '' : value.toFixed(2));
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
