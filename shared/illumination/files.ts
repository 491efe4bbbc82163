/**
 * What `illumination-correction.estimate` writes, for each channel of an acquisition or for the volume that a job begins
 * with: the field, and the decision that says whether it is applied. Readers follow the decision.
 */
import { z } from 'zod';
import { channelFolder } from '../acquisition/channel-folder.ts';
import { REPORT_FOLDER } from '../acquisition/quality-report.ts';
import { readFile, readFileIfPresent } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import { fieldFromStored, type IlluminationField, illuminationFieldSchema } from './field.ts';

/** A channel's number, or the volume that the job begins with. */
export type Lit = number | 'volume';

/** `.cloudreg/illumination-correction/CHN00/`, or `…/volume/`. */
export const illuminationFolder = (lit: Lit): string => `.cloudreg/illumination-correction/${folderOf(lit)}/`;

export const folderOf = (lit: Lit): string => (lit === 'volume' ? lit : channelFolder(lit));

const fieldFileSchema = illuminationFieldSchema.and(
  z.object({
    /** Of the volume it was made for, x, y, z: a field belongs to one frame. */
    volumeSizeUm: z.tuple([z.number(), z.number(), z.number()]),
  }),
);

export type IlluminationFieldFile = z.infer<typeof fieldFileSchema>;

export const fieldFileAt = (key: string): StepFile<IlluminationFieldFile> => ({
  key,
  schema: fieldFileSchema,
});

export const illuminationFieldFile = (lit: Lit): StepFile<IlluminationFieldFile> =>
  fieldFileAt(`${illuminationFolder(lit)}field.json`);

/** The same lattice for other programs. */
export const illuminationNrrdKey = (lit: Lit): string => `${illuminationFolder(lit)}field.nrrd`;

/** Sections before and after, and the factor between them. */
export const illuminationPictureKey = (lit: Lit): string =>
  `${REPORT_FOLDER}illumination-${folderOf(lit)}.png`;

const decisionSchema = z.object({
  format: z.literal('cloudreg-illumination-decision/1'),
  /** `auto`, `none`, `n4`, `n4:3`, `cloudreg`, or the URL of the field that was given. */
  requested: z.string(),
  decision: z.enum(['apply', 'none']),
  /** One sentence: why. */
  reason: z.string(),
  /** What the decision follows, with its threshold. */
  rule: z.string(),
  /** True where nothing could be estimated. */
  isProblem: z.boolean(),
  /** Of the field found, over the tissue; null where there is none. */
  figures: z
    .object({
      /** Standard deviation of the log field. */
      sd: z.number(),
      /** Share of the voxels that change by more than a tenth. */
      changedShare: z.number(),
      /** Share of the voxels whose factor is cut at 10. */
      cutShare: z.number(),
      /** Share of the volume that is tissue. */
      tissueShare: z.number(),
    })
    .nullable(),
  /** Rounds of each level of N4; null where it did not run. */
  rounds: z.array(z.number()).nullable(),
  /** Key of the PNG; null where there is no field or it could not be drawn. */
  picture: z.string().nullable(),
  /** All of the above in a sentence, for the end of a run. */
  statement: z.string(),
});

export type IlluminationDecisionFile = z.infer<typeof decisionSchema>;

export const illuminationDecisionFile = (lit: Lit): StepFile<IlluminationDecisionFile> => ({
  key: `${illuminationFolder(lit)}decision.json`,
  schema: decisionSchema,
});

/**
 * The field to apply, or undefined: none is to be applied, or nothing was decided because the failed task that was to
 * decide was accepted as missing. Throws `StepInputError` where the field is gone.
 */
export async function readIllumination(store: ObjectStore, lit: Lit): Promise<IlluminationField | undefined> {
  const decided = await readFileIfPresent(store, illuminationDecisionFile(lit));
  if (decided?.decision !== 'apply') return undefined;
  return fieldFromStored(await readFile(store, illuminationFieldFile(lit)));
}
