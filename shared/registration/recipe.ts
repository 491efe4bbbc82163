/** The schedule of a registration: levels, rounds and strengths (REGISTRATION section 6.4). */
export interface Level {
  readonly spacingUm: number;
  readonly rounds: number;
  /** Of the sample's voxels, along each axis, only every so many count: 1 where absent. */
  readonly every?: number;
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
}

export const RECOMMENDED: Recipe = {
  levels: [
    { spacingUm: 400, rounds: 4 },
    { spacingUm: 200, rounds: 5 },
    { spacingUm: 100, rounds: 8 },
  ],
  iterations: 16,
  memory: 10,
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
    { spacingUm: 400, rounds: 4 },
    { spacingUm: 200, rounds: 4 },
    { spacingUm: 100, rounds: 4 },
  ],
  iterations: 12,
  memory: 8,
};
