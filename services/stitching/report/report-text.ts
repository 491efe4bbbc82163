/** The report for people: `report.md`. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { placementFile } from '../../../shared/acquisition/placement.ts';
import { type Problem, problemsFile } from '../../../shared/acquisition/problems.ts';
import type { QualityReport, Spot } from '../../../shared/acquisition/quality-report.ts';
import { channelFolder } from '../../output-volume.ts';
import { DAMAGED_FOLDER } from '../fusion/damaged-planes.ts';
import type { Evidence } from './evidence.ts';
import { image, list, paragraph } from './markdown.ts';
import type { Pictures } from './pictures.ts';
import { whereText } from './places.ts';
import { pairsText, seamsText } from './seams-text.ts';
import { tileNames, voxels } from './words.ts';

export function reportText(evidence: Evidence, report: QualityReport, pictures: Pictures): string {
  const lines = [
    ...opening(evidence, pictures),
    ...worthALookText(report),
    ...placementText(evidence, report, pictures),
    ...pairsText(evidence, report),
    ...seamsText(report),
    ...correctionText(evidence, pictures),
    ...rawDataText(evidence),
    ...otherFindings(report),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function opening({ acquisition, placement }: Evidence, { notes }: Pictures): string[] {
  const um = placement.voxelSizeUm.map((size) => +size.toFixed(4)).join(' x ');
  return [
    '# Quality report',
    '',
    ...paragraph(
      `${acquisition.url}: ${placement.tiles.length} tiles of ${placement.tileSize.join(' x ')} voxels in`,
      `${placement.grid.rows} rows and ${placement.grid.columns} columns, a volume of ${placement.size.join(' x ')} voxels of ${um} µm.`,
      'Voxels are counted in the volume (x right, y down, z along the stack), micrometres from its corner.',
    ),
    ...notes.flatMap((note) => paragraph(note)),
  ];
}

function worthALookText({ worthALook, findings, placement }: QualityReport): string[] {
  const head = ['## Worth a look', ''];
  if (worthALook.length === 0) return [...head, ...paragraph(NOTHING[placement.basis])];
  const left = findings.length - worthALook.length;
  return [
    ...head,
    ...worthALook.flatMap((spot, n) => [`### ${n + 1}. ${spot.what}`, '', ...spotText(spot)]),
    ...(left > 0 ? paragraph(`${left} more ${left === 1 ? 'is' : 'are'} listed at the end.`) : []),
  ];
}

const NOTHING: Readonly<Record<QualityReport['placement']['basis'], string>> = {
  pairs:
    'Nothing stands out: every pair was used and agrees with the others, every overlap that shows something matches, and the raw data are complete.',
  stage:
    'Nothing stands out: every overlap that shows something matches although tiles lie where the stage put them, and the raw data are complete.',
  given:
    'Nothing stands out: every overlap that shows something matches at the given positions, and the raw data are complete.',
};

const spotText = ({ where, picture, kind }: Spot): string[] => [
  ...paragraph(`Where: ${whereText(where)}`),
  ...(picture === null ? [] : image(picture, kind)),
];

function placementText(
  { pairs, placement: { measured, notes = [] } }: Evidence,
  { placement }: QualityReport,
  pictures: Pictures,
): string[] {
  const { basis, components, statistics } = placement;
  const facts =
    statistics === null || pairs === undefined
      ? []
      : [
          `${statistics.pairs} pairs: ${statistics.used} used, ${statistics.rejected} rejected, ${statistics.ambiguous} ambiguous, ` +
            `${statistics.atSearchBorder} at the border of the search (±${pairs.search.join(', ±')} voxels), ${statistics.noSignal} without signal`,
          `residuals of the used pairs, voxels (x, y, z): at most ${plain(statistics.residualMax)}, root mean square ${plain(statistics.residualRms)}`,
          `${components} ${components === 1 ? 'group' : 'groups'} of tiles joined by used pairs`,
        ];
  const stage = measured?.stageCorrection;
  if (stage !== undefined)
    facts.push(
      `what the stage gets wrong everywhere, voxels (x, y, z): ${voxels(stage.x, 2)} from column to column, ${voxels(stage.y, 2)} from row to row`,
    );
  return [
    '## Placement',
    '',
    ...paragraph(BASES[basis], `Positions: \`${placementFile.key}\`.`),
    ...list([...facts, ...notes]),
    ...[...pictures.contactSheets].flatMap(([channel, key]) =>
      image(key, `${channelFolder(channel)} at low resolution`),
    ),
  ];
}

const BASES: Readonly<Record<QualityReport['placement']['basis'], string>> = {
  pairs: 'Tiles were placed by their overlaps.',
  stage: 'Placement is nominal: tiles lie where the stage put them, no pair moved one.',
  given: 'Tiles lie where the given placement put them.',
};

const plain = (values: readonly [number, number, number]): string => voxels(values, 2).replaceAll('+', '');

function correctionText({ corrections }: Evidence, { flatFields }: Pictures): string[] {
  return [
    '## Flat field and background',
    '',
    ...corrections.flatMap(({ channel, statement, flatField, background }) => {
      const warnings = [flatField.warning, background.warning].filter((warning) => warning !== null);
      const key = flatFields.get(channel);
      return [
        ...paragraph(`${statement}.`),
        ...list(warnings.map((warning) => `Warning: ${warning}`)),
        ...(key === undefined ? [] : image(key, `flat field of ${channelFolder(channel)}`)),
      ];
    }),
  ];
}

function rawDataText({ problems, acquisition }: Evidence): string[] {
  const found = problems.map(({ message }) => message);
  const shown = found.slice(0, MOST_PROBLEMS);
  const unscanned = locationsWithout(acquisition, problems);
  return [
    '## Raw data',
    '',
    ...(found.length === 0
      ? paragraph('The scan of the headers found nothing missing and nothing damaged.')
      : paragraph(`The scan of the headers found (in full in \`${problemsFile.key}\`):`)),
    ...list([...shown, ...(found.length > shown.length ? [`and ${found.length - shown.length} more`] : [])]),
    ...(unscanned.length === 0 ? [] : paragraph(`Not scanned: ${tileNames(unscanned, MOST_UNSCANNED)}.`)),
    ...paragraph(
      `Planes whose headers are sound but whose pixels cannot be decoded are found in fusion and listed under \`${DAMAGED_FOLDER}\`.`,
    ),
  ];
}

/** Of the grid: neither scanned nor known to be missing. */
function locationsWithout({ grid, tiles }: Acquisition, problems: readonly Problem[]): number[] {
  const known = new Set([...tiles, ...problems].map(({ loc }) => loc));
  return Array.from({ length: grid.rows * grid.columns }, (_, loc) => loc).filter((loc) => !known.has(loc));
}

const MOST_UNSCANNED = 12;
const MOST_PROBLEMS = 50;

function otherFindings({ findings, worthALook }: QualityReport): string[] {
  const shown = new Set(worthALook.map(({ what }) => what));
  const others = findings.filter(({ what }) => !shown.has(what));
  if (others.length === 0) return [];
  const listed = others
    .slice(0, MOST_FINDINGS)
    .map(({ what, where }) => `${what} Where: ${whereText(where)}.`);
  const left = others.length - listed.length;
  return [
    '## Everything else that was found, worst first',
    '',
    ...list([...listed, ...(left > 0 ? [`and ${left} more, in [report.json](report.json)`] : [])]),
  ];
}

const MOST_FINDINGS = 200;
