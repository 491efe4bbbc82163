/** `registration/report.json`: what a finished registration is judged by. */
import { z } from 'zod';
import type { StepFile } from '../../engine/step.ts';
import type { Vec3 } from '../../geometry/box.ts';
import type { DeterminantSpread } from '../jacobian.ts';
import type { RoundReport } from '../register.ts';
import { type Initial, REGISTRATION_FOLDER } from './registration-files.ts';

export interface RegistrationFigures {
  /** Share of the variance of matching voxels that the prediction explains. */
  readonly explained: number;
  /** Of the sample's tissue and the atlas's, on the sample, where something was recorded: 1 where they agree. */
  readonly outlineDice: number;
  /** Shares of matching tissue, artefact and background among what was recorded. */
  readonly shares: Vec3;
  /** Of det(I + Du), on the velocity grid and on a grid of 100 um over the atlas. */
  readonly determinants: { readonly nodes: DeterminantSpread; readonly fine: DeterminantSpread };
  /** Points where the map folds: must be 0. */
  readonly folded: number;
  /** Beyond the affine map, over the atlas, um. */
  readonly displacementUm: { readonly mean: number; readonly max: number };
  readonly rounds: readonly RoundReport[];
}

export interface RegistrationReport extends RegistrationFigures {
  readonly format: 'cloudreg-registration-report/1';
  readonly initial: Pick<Initial, 'how' | 'residual' | 'runnerUpResidual' | 'mirrorResidual'>;
  readonly notes: readonly string[];
  /** Keys of the pictures that could be drawn. */
  readonly pictures: Readonly<Record<string, string>>;
}

export const registrationReportFile: StepFile<RegistrationReport> = {
  key: `${REGISTRATION_FOLDER}report.json`,
  schema: z.custom<RegistrationReport>((value) => value !== null && typeof value === 'object'),
};
