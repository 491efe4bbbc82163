/** What the report of a registration says, piece by piece, before it is Markdown or HTML. */
import { type Initial, REGISTRATION_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import type { RegistrationReport } from '../../../shared/registration/files/report-file.ts';

export type ReportBlock =
  | { readonly kind: 'title' | 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** `file`: beside the report. */
  | { readonly kind: 'picture'; readonly file: string; readonly caption: string };

export function reportBlocks(report: RegistrationReport, { sample, atlas }: Initial): readonly ReportBlock[] {
  const { notes } = report;
  return [
    { kind: 'title', text: 'Registration' },
    {
      kind: 'paragraph',
      text: `Sample ${sample.url} (${sample.orientation}) to atlas ${atlas.url} (${atlas.orientation}).`,
    },
    ...(notes.length === 0
      ? []
      : ([
          { kind: 'heading', text: 'Worth a look' },
          { kind: 'list', items: notes },
        ] as const)),
    { kind: 'heading', text: 'Figures' },
    { kind: 'table', head: ['', ''], rows: figures(report) },
    ...pictures(report),
    { kind: 'heading', text: 'Rounds' },
    roundsOf(report),
  ];
}

function figures(report: RegistrationReport): readonly (readonly string[])[] {
  const { explained, outlineDice, shares, determinants, folded, displacementUm, initial } = report;
  const { nodes, fine } = determinants;
  return [
    ['variance of matching tissue that the atlas explains', percent(explained)],
    ['agreement of the outlines of sample and atlas (Dice, at most 1)', outlineDice.toFixed(3)],
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
}

const CAPTIONS: Readonly<Record<string, string>> = {
  initial: 'The first pose: contours of the atlas on the sample.',
  overlay: 'The result: contours of the atlas on the sample.',
  jacobian:
    'By how much the map stretches the atlas: blue shrinks, red grows, to a factor of 2; yellow folds.',
  convergence: 'Misfit, movement, and the two terms of the cost over the rounds.',
};

const pictures = ({ pictures: keys }: RegistrationReport): ReportBlock[] =>
  Object.entries(keys).map(([name, key]) => ({
    kind: 'picture',
    file: key.slice(REGISTRATION_FOLDER.length),
    caption: CAPTIONS[name] ?? name,
  }));

const roundsOf = ({ rounds }: RegistrationReport): ReportBlock => ({
  kind: 'table',
  head: ['level um', 'round', 'matching', 'regularity', 'sigma', 'moved um', 'iterations'],
  rows: rounds.map((round) => [
    String(round.levelUm),
    `${round.round + 1}${round.isRetried ? ' (again)' : ''}`,
    round.matching.toExponential(3),
    round.regularity.toExponential(3),
    round.sigma.toFixed(3),
    round.movedUm.toFixed(1),
    String(round.iterations),
  ]),
});

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
