/** `registration/report.md`: whether to trust a registration, on one page. */
import { type Initial, REGISTRATION_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import type { RegistrationReport } from '../../../shared/registration/files/report-file.ts';

export function reportText(report: RegistrationReport, initial: Initial): string {
  return [
    '# Registration',
    '',
    `Sample ${initial.sample.url} (${initial.sample.orientation}) to atlas ${initial.atlas.url} (${initial.atlas.orientation}).`,
    '',
    ...notesOf(report),
    ...figures(report),
    ...pictures(report),
    ...rounds(report),
    '',
  ].join('\n');
}

const notesOf = ({ notes }: RegistrationReport): string[] =>
  notes.length === 0 ? [] : ['## Worth a look', '', ...notes.map((note) => ` - ${note}`), ''];

function figures({
  explained,
  shares,
  determinants,
  folded,
  displacementUm,
  initial,
}: RegistrationReport): string[] {
  const { nodes, fine } = determinants;
  const rows: readonly (readonly [string, string])[] = [
    ['variance of matching tissue that the atlas explains', percent(explained)],
    ['left unexplained by the first pose', percent(initial.residual)],
    [
      'the same for the best other pose',
      initial.runnerUpResidual === null ? 'none found' : percent(initial.runnerUpResidual),
    ],
    ['the same with left and right exchanged', percent(initial.mirrorResidual)],
    ['matching tissue / artefact / background', shares.map(percent).join(' / ')],
    ['points where the map folds', String(folded)],
    [
      'volumes shrink and grow by (nodes)',
      `${nodes.min.toFixed(2)} to ${nodes.max.toFixed(2)}, 98 % within ${nodes.low.toFixed(2)} to ${nodes.high.toFixed(2)}`,
    ],
    ['the same on a grid of 100 um', `${fine.min.toFixed(2)} to ${fine.max.toFixed(2)}`],
    [
      'displacement beyond the affine map',
      `mean ${displacementUm.mean.toFixed(0)} um, at most ${displacementUm.max.toFixed(0)} um`,
    ],
  ];
  return [
    '## Figures',
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([what, value]) => `| ${what} | ${value} |`),
    '',
  ];
}

const CAPTIONS: Readonly<Record<string, string>> = {
  initial: 'The first pose: contours of the atlas on the sample.',
  overlay: 'The result: contours of the atlas on the sample.',
  jacobian:
    'By how much the map stretches the atlas: blue shrinks, red grows, to a factor of 2; yellow folds.',
  convergence: 'The cost over the rounds.',
};

const pictures = ({ pictures: keys }: RegistrationReport): string[] =>
  Object.entries(keys).flatMap(([name, key]) => [
    `![${CAPTIONS[name] ?? name}](${key.slice(REGISTRATION_FOLDER.length)})`,
    '',
    CAPTIONS[name] ?? '',
    '',
  ]);

function rounds({ rounds: played }: RegistrationReport): string[] {
  const rows = played.map(
    ({ levelUm, round, matching, regularity, sigma, movedUm, iterations, isRetried }) =>
      `| ${levelUm} | ${round + 1}${isRetried ? ' (again)' : ''} | ${matching.toExponential(3)} | ${regularity.toExponential(3)} | ${sigma.toFixed(3)} | ${movedUm.toFixed(1)} | ${iterations} |`,
  );
  return [
    '## Rounds',
    '',
    '| level um | round | matching | regularity | sigma | moved um | iterations |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
