/** The schedule of a registration: levels, rounds and strengths (REGISTRATION section 6.4). */
export interface Level {
  readonly spacingUm: number;
  readonly rounds: number;
  /** Of the sample's voxels, only every so many along each axis: 1 where absent. */
  readonly every?: number | undefined;
}

export interface Recipe {
  readonly levels: readonly Level[];
  /** Of L-BFGS in a round, and how many steps it remembers. */
  readonly iterations: number;
  readonly memory: number;
  /** a: the length below which motion is suppressed. */
  readonly smoothnessUm: number;
  readonly power: number;
  /** Larger is weaker; not CloudReg's strength, for sigmaM is estimated here. */
  readonly sigmaR: number;
  readonly velocitySpacingUm: number;
  readonly timeSteps: number;
  /** Standard deviation over which gain and offset change. */
  readonly contrastUm: number;
  /** What the affine map may do from the first pose on: `full` where absent; `rigid`: turn and move, its scale is held. */
  readonly affine?: 'full' | 'rigid' | undefined;
}

/**
 * Few rounds on coarse levels: they fit what is not there, and landmarks drift away again while the energy falls. Rounds with
 * every second voxel of the finest level, an eighth of the work, go as far as whole ones do at first; the last ones take all.
 */
export const RECOMMENDED: Recipe = {
  levels: [
    { spacingUm: 400, rounds: 2 },
    { spacingUm: 200, rounds: 3 },
    { spacingUm: 100, rounds: 6, every: 2 },
    { spacingUm: 100, rounds: 7 },
  ],
  iterations: 16,
  memory: 6,
  smoothnessUm: 900,
  power: 2,
  sigmaR: 2500,
  velocitySpacingUm: 300,
  timeSteps: 4,
  contrastUm: 600,
};

export const FAST: Recipe = {
  ...RECOMMENDED,
  levels: [
    { spacingUm: 400, rounds: 2 },
    { spacingUm: 200, rounds: 2 },
    { spacingUm: 100, rounds: 6, every: 2 },
    { spacingUm: 100, rounds: 1 },
  ],
  iterations: 12,
};
