/** Pictures that a job has written for people. Found by their places, never by listing volumes with millions of chunks. */
import { REPORT_FOLDER } from '../../shared/acquisition/quality-report.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { REGISTRATION_FOLDER } from '../../shared/registration/files/registration-files.ts';

const PICTURE = /\.png$/;
const REGISTRATION_PICTURES = ['initial', 'initial-mirrored', 'overlay', 'jacobian', 'convergence'].map(
  (name) => `${REGISTRATION_FOLDER}${name}.png`,
);
const MOST_PICTURES = 60;

/** Keys; previews first, then as they are named. */
export async function picturesIn(store: ObjectStore): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(REPORT_FOLDER)) if (PICTURE.test(key)) keys.push(key);
  for (const key of REGISTRATION_PICTURES) if (await store.head(key)) keys.push(key);
  const isPreview = (key: string): boolean => key.startsWith(`${REPORT_FOLDER}preview`);
  const sorted = [...keys.filter(isPreview).sort(), ...keys.filter((key) => !isPreview(key)).sort()];
  return sorted.slice(0, MOST_PICTURES);
}
