/** Writes what was found and decided: the field, the picture, and last the decision that later steps follow. */
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { fieldNrrd, storedField } from '../../../shared/illumination/field.ts';
import {
  illuminationDecisionFile,
  illuminationFieldFile,
  illuminationNrrdKey,
  illuminationPictureKey,
} from '../../../shared/illumination/files.ts';
import { DrawingError } from '../../../shared/pictures/drawing.ts';
import { beforeAndAfter } from '../picture/before-and-after.ts';
import type { FieldChoice } from './choose-field.ts';
import type { LitVolume } from './lit-volume.ts';
import { statementOf } from './statement.ts';

export async function writeChoice(
  store: ObjectStore,
  seen: LitVolume,
  requested: string,
  choice: FieldChoice,
): Promise<void> {
  await putField(store, seen, choice);
  const picture = await putPicture(store, seen, choice);
  const { decision, reason, rule, isProblem, figures, rounds } = choice;
  await writeFile(store, illuminationDecisionFile(seen.lit), {
    format: 'cloudreg-illumination-decision/1',
    requested,
    decision,
    reason,
    rule,
    isProblem,
    figures: figures ?? null,
    rounds: rounds === undefined ? null : [...rounds],
    picture,
    statement: statementOf(seen, requested, choice),
  });
}

/** A field that is not applied is written all the same, to be looked at; one of an earlier generation goes. */
async function putField(
  store: ObjectStore,
  { lit, sizeUm }: LitVolume,
  { field }: FieldChoice,
): Promise<void> {
  if (field === undefined) return store.delete([illuminationFieldFile(lit).key, illuminationNrrdKey(lit)]);
  await writeFile(store, illuminationFieldFile(lit), { ...storedField(field), volumeSizeUm: [...sizeUm] });
  await store.put(illuminationNrrdKey(lit), fieldNrrd(field));
}

/** Where it cannot be drawn the job goes without. */
async function putPicture(
  store: ObjectStore,
  { lit }: LitVolume,
  { decision, field, low }: FieldChoice,
): Promise<string | null> {
  const key = illuminationPictureKey(lit);
  try {
    if (field !== undefined && low !== undefined) {
      await store.put(key, await beforeAndAfter(low, field, decision === 'apply'), {
        contentType: 'image/png',
      });
      return key;
    }
  } catch (error) {
    if (!(error instanceof DrawingError)) throw error;
  }
  await store.delete([key]);
  return null;
}
