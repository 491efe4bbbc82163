/** The Neuroglancer state that shows the atlas on the sample as the first pose has it. */
import { z } from 'zod';
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Json } from '../../../shared/engine/records.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import type { Affine } from '../../../shared/geometry/affine.ts';
import { type Initial, REGISTRATION_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import { cornerAffine, registrationState } from '../../../shared/registration/viewer-state.ts';
import { inlineLink, PUBLIC_VIEWER } from '../../../shared/viewer/link.ts';
import type { RegisteredSpaces } from './registered-volumes.ts';

const viewFile: StepFile<Json> = {
  key: `${REGISTRATION_FOLDER}initial-view.json`,
  schema: z.custom<Json>((value) => value !== undefined),
};

/** `toSample`: atlas to sample. No link to what only this machine can see. */
export async function putView(
  store: ObjectStore,
  { sample, atlas }: RegisteredSpaces,
  toSample: Affine,
): Promise<Pick<Initial, 'viewerState' | 'viewerLink'>> {
  const view = registrationState(sample, [
    { name: 'sample', url: sample.imageUrl, format: sample.imageFormat, type: 'image' },
    {
      name: 'atlas',
      url: atlas.imageUrl,
      format: atlas.imageFormat,
      type: 'image',
      affineUm: cornerAffine(toSample, atlas, sample),
    },
  ]);
  await writeFile(store, viewFile, view);
  const isLocal = [sample, atlas].some(({ imageUrl }) => imageUrl.startsWith('file:'));
  return { viewerState: viewFile.key, viewerLink: isLocal ? null : inlineLink(PUBLIC_VIEWER, view) };
}
