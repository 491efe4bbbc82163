/** Everything that may be wrong, worst first. */
import type { Evidence } from './evidence.ts';
import { type Finding, worstFirst } from './finding.ts';
import { gapFindings } from './gap-findings.ts';
import { pairFindings } from './pair-findings.ts';
import { seamFindings } from './seam-findings.ts';
import { tileFindings } from './tile-findings.ts';

export const findAll = ({
  acquisition,
  placement,
  problems,
  pairs,
  views,
  measurement,
}: Evidence): Finding[] =>
  worstFirst([
    ...seamFindings(measurement.seams),
    ...(pairs === undefined ? [] : pairFindings(views, pairs)),
    ...tileFindings(placement, views),
    ...gapFindings(problems, acquisition.tileSize[2]),
  ]);
