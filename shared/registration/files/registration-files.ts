/** The files of a registration, below `registration/` of a job's output. */
import { z } from 'zod';
import type { StepFile } from '../../engine/step.ts';
import { dataTypes } from '../../volume/data-type.ts';
import { recipeSchema } from './recipe-schema.ts';
import { affineSchema, gridSchema, spaceSchema } from './space.ts';

export const REGISTRATION_FOLDER = 'registration/';
export const TRANSFORM_FOLDER = 'registration/transform/';
/** Volumes that a job's own registration carries over. */
export const CARRIED_VOLUMES = {
  parcellation: `${REGISTRATION_FOLDER}parcellation-on-sample`,
  atlas: `${REGISTRATION_FOLDER}atlas-on-sample`,
  sample: `${REGISTRATION_FOLDER}sample-on-atlas`,
} as const;
/** Copies of array files, checkpoints: gone when a job is cleaned. */
export const WORK_FOLDER = '.cloudreg/registration/';

const spaces = { sample: spaceSchema, atlas: spaceSchema, parcellation: spaceSchema.nullable() };
const vec3 = z.tuple([z.number(), z.number(), z.number()]).readonly();
const missing = z.union([z.literal('none'), z.number()]);

const initialSchema = z.object({
  format: z.literal('cloudreg-initial/1'),
  ...spaces,
  /** The volume that is compared with the atlas: a low-resolution twin of the sample where a job makes one. */
  sampleImageUrl: z.string(),
  missingValue: missing,
  corrections: z.object({ grid: z.boolean(), bias: z.boolean() }),
  ontologyUrl: z.string().nullable(),
  recipe: recipeSchema,
  /** `given`: from a translation, rotation or scale of the user. */
  how: z.enum(['search', 'given']),
  /** Sample to atlas, centred um: 0 is the middle of each volume. */
  toAtlas: affineSchema,
  /** The same from atlas to sample, CloudReg's A. */
  toSample: affineSchema,
  /** Share of the sample's variance that the fit leaves unexplained. */
  residual: z.number(),
  /** Of the best pose that is another one; null where all that were tried end in the same. */
  runnerUpResidual: z.number().nullable(),
  /** Of the best pose with left and right exchanged. */
  mirrorResidual: z.number(),
  /** What a person should know, a sentence each. */
  notes: z.array(z.string()).readonly(),
  /** Keys of pictures and of the Neuroglancer state; null where it could not be drawn. */
  overlay: z.string().nullable(),
  mirrorOverlay: z.string().nullable(),
  viewerState: z.string(),
  /** To Neuroglancer; null where it could not read the volumes: files of this machine. */
  viewerLink: z.string().nullable(),
});

export type Initial = z.infer<typeof initialSchema>;

export const initialFile: StepFile<Initial> = {
  key: `${REGISTRATION_FOLDER}initial.json`,
  schema: initialSchema,
};

const transformSchema = z.object({
  format: z.literal('cloudreg-transform/1'),
  ...spaces,
  ontologyUrl: z.string().nullable(),
  toAtlas: affineSchema,
  toSample: affineSchema,
  /** Of the velocities and of the displacement of the backward flow. */
  velocityGrid: gridSchema,
  timeSteps: z.number().int().positive(),
  recipe: recipeSchema,
  /** What the atlas's intensities look like in the sample: constant first. */
  cubic: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(),
  sigma: z.number(),
  priors: vec3,
  /** Keys below the output. */
  files: z.record(z.string(), z.string()),
});

export type Transform = z.infer<typeof transformSchema>;

/** Written last of its folder: where it is, the transform is whole. */
export const transformFile: StepFile<Transform> = {
  key: `${TRANSFORM_FOLDER}transform.json`,
  schema: transformSchema,
};

const mipSchema = z.object({
  key: z.string(),
  sizeVoxels: vec3,
  resolutionNm: vec3,
  factorFromPrevious: vec3,
  chunkSize: vec3,
  dataType: z.enum(dataTypes),
  voxelOffset: vec3,
  /** Of labels: stored in blocks of so many voxels. */
  labelBlock: vec3.optional(),
});

const targetSchema = z.object({
  /** Of the volume that is written, in the job's output. */
  folder: z.string(),
  /** Whose grid it lies on. */
  on: z.enum(['sample', 'atlas']),
  sourceUrl: z.string(),
  isLabels: z.boolean(),
  mips: z.array(mipSchema).nonempty().readonly(),
});

export type Target = z.infer<typeof targetSchema>;

const targetsSchema = z.object({
  format: z.literal('cloudreg-targets/1'),
  /** Output of the job whose transform is applied. */
  registrationUrl: z.string(),
  targets: z.array(targetSchema).readonly(),
});

export type Targets = z.infer<typeof targetsSchema>;

/** The volumes that `registration.transform` writes. */
export const targetsFile: StepFile<Targets> = {
  key: `${WORK_FOLDER}targets.json`,
  schema: targetsSchema,
};
