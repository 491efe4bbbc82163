/** The report of a registration: figures for programs, text and pictures for people. */
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { mapOf } from '../../../shared/registration/files/load-transform.ts';
import { type Initial, REGISTRATION_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import {
  type RegistrationFigures,
  type RegistrationReport,
  registrationReportFile,
} from '../../../shared/registration/files/report-file.ts';
import { extentOf } from '../../../shared/registration/files/space.ts';
import { loadLabels } from '../../../shared/registration/source/load-labels.ts';
import { openSource } from '../../../shared/registration/source/open-source.ts';
import { convergencePng } from '../pictures/convergence-picture.ts';
import { jacobianPng } from '../pictures/jacobian-picture.ts';
import { brightnessSteps, overlayPng } from '../pictures/overlay.ts';
import { PictureError } from '../pictures/png.ts';
import { figuresOf } from './figures.ts';
import type { PlayedRegistration } from './play-registration.ts';
import { reportText } from './report-text.ts';

/** Contours of regions at this spacing are fine enough for a picture. */
const CONTOUR_UM = 50;

export async function writeReport(
  store: ObjectStore,
  initial: Initial,
  played: PlayedRegistration,
  notes: readonly string[],
): Promise<void> {
  const { velocity, fitted, rounds } = played;
  const { figures, jacobian } = figuresOf(fitted, velocity, extentOf(initial.atlas), rounds);
  const album = await drawAlbum(store, {
    overlay: () => finalOverlay(initial, played),
    jacobian: () => jacobianPng(jacobian),
    convergence: () => convergencePng(rounds),
  });
  const { how, residual, runnerUpResidual, mirrorResidual } = initial;
  const report: RegistrationReport = {
    format: 'cloudreg-registration-report/1',
    initial: { how, residual, runnerUpResidual, mirrorResidual },
    ...figures,
    notes: [...initial.notes, ...foldNotes(figures), ...notes, ...album.notes],
    pictures: { ...(initial.overlay ? { initial: initial.overlay } : {}), ...album.pictures },
  };
  await writeFile(store, registrationReportFile, report);
  const text = new TextEncoder().encode(reportText(report, initial));
  await store.put(`${REGISTRATION_FOLDER}report.md`, text, { contentType: 'text/markdown; charset=utf-8' });
}

const foldNotes = ({ folded }: RegistrationFigures): string[] =>
  folded === 0
    ? []
    : [`The map folds at ${folded} points: do not use it. Register with a smaller --regularization.`];

async function finalOverlay(
  { parcellation, sample, atlas }: Initial,
  { toAtlas, velocity, fitted, images }: PlayedRegistration,
): Promise<Uint8Array> {
  const contours = parcellation
    ? await loadLabels(await openSource(parcellation.imageUrl), CONTOUR_UM)
    : brightnessSteps(images.atlas);
  return overlayPng(
    images.sample,
    mapOf({ toAtlas, velocityGrid: velocity, sample, atlas }, fitted.u),
    contours,
  );
}

async function drawAlbum(
  store: ObjectStore,
  pictures: Readonly<Record<string, () => Promise<Uint8Array>>>,
): Promise<{ readonly pictures: Record<string, string>; readonly notes: readonly string[] }> {
  const drawn: Record<string, string> = {};
  const notes: string[] = [];
  for (const [name, draw] of Object.entries(pictures)) {
    const key = `${REGISTRATION_FOLDER}${name}.png`;
    try {
      await store.put(key, await draw(), { contentType: 'image/png' });
      drawn[name] = key;
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      notes.push(`There is no ${key}: ${error.message}`);
    }
  }
  return { pictures: drawn, notes };
}
