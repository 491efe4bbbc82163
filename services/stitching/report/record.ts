/** The report for programs: `report.json`. */
import { toFourDecimals } from '../../../shared/acquisition/decimals.ts';
import { fourDecimals } from '../../../shared/acquisition/placement.ts';
import type { QualityReport, SeamRecord, Spot } from '../../../shared/acquisition/quality-report.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { findSeam, type Pictures } from './pictures.ts';
import { type Places, whereOf } from './places.ts';
import { pairStatistics } from './statistics.ts';
import { islandsOf } from './tile-support.ts';

export function reportRecord(
  evidence: Evidence,
  findings: readonly Finding[],
  top: readonly Finding[],
  places: Places,
  pictures: Pictures,
): QualityReport {
  const { placement, views, channel, heights, measurement, acquisition } = evidence;
  const spot = (finding: Finding, picture: string | null): Spot => ({
    kind: finding.kind,
    what: finding.what,
    where: whereOf(finding, places, placement.voxelSizeUm, findSeam(measurement.seams, finding)?.height),
    picture,
  });
  return {
    format: 'cloudreg-report/1',
    notes: [...pictures.notes],
    worthALook: top.map((finding, n) => spot(finding, pictures.spots[n] ?? null)),
    findings: findings.map((finding) => spot(finding, pictures.spots[top.indexOf(finding)] ?? null)),
    placement: {
      basis: basisOf(evidence),
      tiles: placement.tiles.length,
      components: islandsOf(placement, views).length,
      statistics: evidence.pairs === undefined ? null : pairStatistics(views),
    },
    seams: seamRecords(evidence),
    sample: {
      channel,
      heights: [...heights],
      bytesRead: Math.round(measurement.bytesRead),
      shareOfRaw: toFourDecimals(measurement.bytesRead / Math.max(1, acquisition.rawBytes)),
    },
    pictures: { worstSeam: pictures.worstSeam, typicalSeam: pictures.typicalSeam },
  };
}

function basisOf({ placement }: Evidence): QualityReport['placement']['basis'] {
  const sources = new Set(placement.tiles.map(({ source }) => source));
  if (sources.has('given')) return 'given';
  return sources.has('pairs') ? 'pairs' : 'stage';
}

/** Every pair that was measured or can be seen. */
function seamRecords({ views, measurement }: Evidence): SeamRecord[] {
  const key = (a: number, b: number): string => `${a} ${b}`;
  const seams = new Map(
    measurement.seams.map((measured) => [key(measured.seam.a.loc, measured.seam.b.loc), measured]),
  );
  const measured = views.map(({ pair, candidate, residual }): SeamRecord => {
    const seam = seams.get(key(pair.a, pair.b));
    seams.delete(key(pair.a, pair.b));
    return {
      a: pair.a,
      b: pair.b,
      axis: pair.axis,
      status: pair.status,
      reliability: pair.reliability,
      correlation: candidate?.rho ?? null,
      residual: residual === undefined ? null : fourDecimals(residual),
      before: seam?.before ?? null,
      after: seam?.after ?? null,
    };
  });
  const others = [...seams.values()].map(
    ({ seam, before, after }): SeamRecord => ({
      a: seam.a.loc,
      b: seam.b.loc,
      axis: seam.axis,
      status: null,
      reliability: null,
      correlation: null,
      residual: null,
      before,
      after,
    }),
  );
  return [...measured, ...others].sort((s, t) => s.a - t.a || s.b - t.b);
}
