/** The parameters of registration (CLOUDREG sections 7.1 to 7.3, REGISTRATION section 6), a part of every job's. */
import { z } from 'zod';
import { toUrl } from '../shared/adapters/open-store.ts';
import { OrientationError, parseOrientation } from '../shared/geometry/orientation.ts';

/** One of R or L, one of A or P, one of S or I; each letter of a pair alone. */
const isOrientation = (text: string): boolean => {
  try {
    parseOrientation(text);
    return true;
  } catch (error) {
    if (error instanceof OrientationError) return false;
    throw error;
  }
};
const areOrientations = (text: string): boolean => {
  const parts = text.split(':');
  return parts.length <= 2 && parts.every(isOrientation);
};

const place = (what: string) => z.string().min(1).describe(what).transform(toUrl);
const three = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().positive();
/** CloudReg's own words for its switches. */
const choice = z.enum(['auto', 'true', 'false']);

export const registrationParameters = {
  orientation: z
    .union([
      z.literal('none'),
      z
        .string()
        .refine(areOrientations)
        .transform((text) => text.toUpperCase())
        .describe(
          'three letters, one each of R or L, A or P, S or I, such as RIP, or those of sample and atlas, such as RIP:PIR',
        ),
    ])
    .default('none')
    .describe(
      'register to the atlas: sides towards which x, y, z grow, one each of R|L, A|P, S|I, for example RIP; none: no registration',
    ),
  atlas: z
    .union([z.literal('allen'), place('a volume: precomputed, OME-Zarr, .nrrd, .nii or .nii.gz')])
    .default('allen')
    .describe('atlas image to register to; allen: the public Allen mouse atlas, read over the network'),
  parcellation: z
    .union([
      z.enum(['auto', 'none']),
      place('a volume of labels: precomputed, OME-Zarr, .nrrd, .nii or .nii.gz'),
    ])
    .default('auto')
    .describe(
      "the atlas's regions; auto: Allen's annotation of 2017 with the Allen atlas, none with another",
    ),
  ontology: z
    .union([z.enum(['auto', 'none']), place('a .json tree or .csv of regions')])
    .default('auto')
    .describe("names, acronyms and colours of the regions; auto: Allen's with its annotation"),
  atlasOrientation: z
    .string()
    .refine(isOrientation)
    .transform((text) => text.toUpperCase())
    .describe('three letters, one each of R or L, A or P, S or I')
    .default('PIR')
    .describe('of the atlas, three letters as in --orientation'),
  translation: z
    .union([z.literal('auto'), three])
    .default('auto')
    .describe(
      'first guess in um, x,y,z of the sample; with it, --rotation or --fixed-scale nothing is searched',
    ),
  rotation: z
    .union([z.literal('auto'), three])
    .default('auto')
    .describe('first guess in degrees about the fixed x, then y, then z axis'),
  fixedScale: z
    .union([z.literal('auto'), positive, z.tuple([positive, positive, positive])])
    .default('auto')
    .describe("sample's size relative to the atlas, one number or x,y,z: held through the registration"),
  registrationResolution: positive.default(100).describe('um of the finest images that are compared'),
  preset: z
    .enum(['recommended', 'fast', 'cloudreg'])
    .default('recommended')
    .describe("schedule and strengths; cloudreg: that program's value for every flag not given"),
  regularization: z
    .union([z.literal('auto'), positive])
    .default('auto')
    .describe('sigmaR: larger lets the map bend more; auto: by the preset'),
  iterations: z
    .union([z.literal('auto'), z.number().int().positive()])
    .default('auto')
    .describe('steps of a round of the optimiser; auto: by the preset'),
  schedule: z
    .union([z.literal('auto'), place('a .json file')])
    .default('auto')
    .describe('levels, rounds and strengths from a .json file; what it leaves out is by the preset'),
  missingValue: z
    .union([z.literal('none'), z.number()])
    .default(0)
    .describe('value of voxels that were not recorded; none: all were'),
  missingDataCorrection: choice.default('auto').describe('false: as --missing-value none'),
  gridCorrection: choice
    .default('auto')
    .describe('even out the lattice of tiles before registering; auto: no'),
  biasCorrection: choice
    .default('auto')
    .describe('even out slow changes of brightness before registering; auto: with --preset cloudreg'),
  voxelSize: z
    .union([z.literal('auto'), z.tuple([positive, positive, positive])])
    .default('auto')
    .describe('um of the registered volume x,y,z, where its file does not say'),
  transformResolution: positive
    .default(15)
    .describe(
      'um: atlas and regions are written on the coarsest resolution of the sample whose voxels are no longer',
    ),
} as const;
