/** The first affine of a job: a person's own, or the one that fits best, and what is doubtful about it. */
import { type Affine, invert } from '../../../shared/geometry/affine.ts';
import { atlasAffine } from '../../../shared/geometry/atlas-affine.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { RegistrationInputError } from '../../../shared/registration/errors.ts';
import {
  mirrored,
  type Orientations,
  overlapOf,
  type PoseImages,
  residualOf,
  searchPose,
} from '../../../shared/registration/first-pose.ts';
import type { JobParameters } from '../../parameters.ts';

export interface FoundPose {
  readonly how: 'search' | 'given';
  readonly toAtlas: Affine;
  readonly residual: number;
  readonly runnerUpResidual: number | null;
  readonly mirror: { readonly toAtlas: Affine; readonly residual: number };
  readonly notes: readonly string[];
}

/** Relative: a runner-up or mirror image that is no further behind could as well be meant. */
const DOUBTFUL_MARGIN = 0.05;
/** A fit that explains less than this share of the sample's variance is none. */
const LEAST_EXPLAINED = 0.05;
/** Of the sample's recorded voxels, in the atlas's box. */
const LEAST_OVERLAP = 0.1;

export function findPose(
  images: PoseImages,
  orientations: Orientations,
  parameters: JobParameters,
): FoundPose {
  const given = givenAffine(orientations, parameters);
  const best =
    given === undefined
      ? { how: 'search' as const, ...searchPose(images, orientations) }
      : { how: 'given' as const, toAtlas: given, residual: residualOf(images, given), runnerUp: undefined };
  const overlap = overlapOf(images, best.toAtlas);
  if (overlap < LEAST_OVERLAP || best.residual > 1 - LEAST_EXPLAINED)
    throw noOverlap(best.how, overlap, best.residual);
  const mirror = searchPose(images, { ...orientations, sample: mirrored(orientations.sample) });
  return {
    how: best.how,
    toAtlas: best.toAtlas,
    residual: best.residual,
    runnerUpResidual: best.runnerUp?.residual ?? null,
    mirror,
    notes: [
      ...doubt(best.residual, best.runnerUp?.residual),
      // A pose that was given is not fitted: beside it, a mirror image that was says nothing.
      ...(given === undefined ? mirrorDoubt(best.residual, mirror.residual, orientations) : []),
    ],
  };
}

/** Undefined where nothing was given: then it is searched. CloudReg never searches. */
function givenAffine(
  { sample, atlas }: Orientations,
  { translation, rotation, fixedScale, preset }: JobParameters,
): Affine | undefined {
  const isOpen = translation === 'auto' && rotation === 'auto' && fixedScale === 'auto';
  if (isOpen && preset !== 'cloudreg') return undefined;
  const scale: Vec3 =
    typeof fixedScale === 'number'
      ? [fixedScale, fixedScale, fixedScale]
      : fixedScale === 'auto'
        ? [1, 1, 1]
        : fixedScale;
  return invert(
    atlasAffine({
      from: atlas,
      to: sample,
      scale,
      ...(translation === 'auto' ? {} : { translationUm: translation }),
      ...(rotation === 'auto' ? {} : { rotationDegrees: rotation }),
    }),
  );
}

const noOverlap = (how: FoundPose['how'], overlap: number, residual: number): RegistrationInputError =>
  new RegistrationInputError(
    `The atlas says nothing about the sample: ${percent(overlap)} of the sample lies in the atlas's box, ` +
      `${percent(residual)} of the sample's variance is unexplained. ` +
      (how === 'given'
        ? 'Check --translation, --rotation and --fixed-scale, or leave them out.'
        : 'Check the volumes, their voxel sizes and --orientation.'),
  );

function doubt(residual: number, runnerUp: number | undefined): string[] {
  if (runnerUp === undefined || runnerUp > residual * (1 + DOUBTFUL_MARGIN)) return [];
  return [
    `The first pose is doubtful: another one fits nearly as well (unexplained ${percent(runnerUp)} against ${percent(residual)}). ` +
      'Look at the overlay; give --translation, --rotation and --fixed-scale where it is wrong.',
  ];
}

/**
 * An atlas that is its own mirror image, such as Allen's (the template and its mirror image correlate to 0.999), fits either
 * side alike: no image can exclude the mirror image then, and the note says what a person can do. Where the atlas tells the
 * sides apart, the wrong one is further behind than the margin and nothing is said.
 */
function mirrorDoubt(residual: number, mirror: number, { sample }: Orientations): string[] {
  if (mirror > residual * (1 + DOUBTFUL_MARGIN)) return [];
  const [own, other] = [sample.join(''), mirrored(sample).join('')];
  const figures = `unexplained ${percent(mirror)} against ${percent(residual)} with ${own}`;
  if (mirror < residual * (1 - DOUBTFUL_MARGIN))
    return [
      `The mirror image (orientation ${other}) fits better: ${figures}. --orientation is probably wrong: ` +
        `give ${other}, unless you know which side is which.`,
    ];
  return [
    `Left and right rest on --orientation ${own} alone: the mirror image (orientation ${other}) fits as well (${figures}), ` +
      'as with every nearly symmetric brain. If you know which side is which, nothing is to be done. Else look for a mark ' +
      `of one side (an injection, a cut) in initial.png and initial-mirrored.png, and give ${other} if it lies on the wrong one.`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
