/** The report of a registration: figures for programs, text and pictures for people. */
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { DrawingError } from '../../../shared/pictures/drawing.ts';
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
import { figuresOf } from './figures.ts';
import { outlineDice, outlineOfImage, outlineOfLabels } from './outline-dice.ts';
import type { PlayedRegistration } from './play-registration.ts';
import { reportBlocks } from './report-blocks.ts';
import { htmlOf, markdownOf } from './report-text.ts';

/** Contours of regions at this spacing are fine enough for a picture. */
const CONTOUR_UM = 50;

export async function writeReport(
  store: ObjectStore,
  initial: Initial,
  played: PlayedRegistration,
  notes: readonly string[],
): Promise<void> {
  const { sample, atlas, parcellation } = initial;
  const { toAtlas, velocity, fitted, images, rounds } = played;
  const map = mapOf({ toAtlas, velocityGrid: velocity, sample, atlas }, fitted.u);
  const regions = parcellation && (await loadLabels(await openSource(parcellation.imageUrl), CONTOUR_UM));
  const outline = regions ? outlineOfLabels(regions) : outlineOfImage(images.atlas);
  const dice = outlineDice(images.sample, outline, map);
  const { figures, jacobian } = figuresOf(fitted, velocity, extentOf(atlas), rounds, dice);
  const album = await drawAlbum(store, {
    overlay: () => overlayPng(images.sample, map, regions ?? brightnessSteps(images.atlas)),
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
  const blocks = reportBlocks(report, initial);
  await putText(store, 'report.md', markdownOf(blocks), 'text/markdown');
  await putText(store, 'report.html', htmlOf(blocks), 'text/html');
}

async function putText(store: ObjectStore, name: string, text: string, type: string): Promise<void> {
  const contentType = `${type}; charset=utf-8`;
  await store.put(`${REGISTRATION_FOLDER}${name}`, new TextEncoder().encode(text), { contentType });
}

const foldNotes = ({ folded }: RegistrationFigures): string[] =>
  folded === 0
    ? []
    : [`The map folds at ${folded} points: do not use it. Register with a smaller --regularization.`];

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
      if (!(error instanceof DrawingError)) throw error;
      notes.push(`There is no ${key}: ${error.message}`);
    }
  }
  return { pictures: drawn, notes };
}
