/** Which voxels show matching tissue, which an artefact, which bare background (REGISTRATION section 2). */
import { quantile } from '../numerics/statistics.ts';
import type { Misfit, RegistrationKernels } from './kernels.ts';
import { recordedValues, type WeightedImage } from './levels.ts';

export interface Mixture {
  /** Standard deviation of matching voxels about the prediction, in those of the sample. */
  readonly sigma: number;
  /** Shares of matching tissue, artefact and background. */
  readonly priors: readonly [number, number, number];
}

export const FIRST_MIXTURE: Mixture = { sigma: 1, priors: [0.79, 0.2, 0.01] };

/** Kept fixed: what an artefact and the background look like, in standard deviations of the sample. */
export interface OtherKinds {
  readonly artefact: { readonly mean: number; readonly sigma: number };
  readonly background: { readonly mean: number; readonly sigma: number };
}

export function otherKinds(image: WeightedImage): OtherKinds {
  const recorded = recordedValues(image);
  return {
    artefact: { mean: quantile(recorded, 0.995), sigma: 2 },
    background: { mean: quantile(recorded, 0.02), sigma: 0.5 },
  };
}

const LEAST_SIGMA = 0.05;
const LEAST_MATCHING = 0.5;
const LEAST_SHARE = 0.005;

/** Posterior of matching times what was recorded, to the misfit's weights; then the mixture that fits best. */
export function classify(
  kernels: RegistrationKernels,
  of: Misfit,
  recorded: Float32Array,
  { artefact, background }: OtherKinds,
  { sigma, priors }: Mixture,
): Mixture {
  const [m, a, b, squares, all] = kernels.classify(of, recorded, {
    matching: { share: priors[0], sigma },
    artefact: { share: priors[1], ...artefact },
    background: { share: priors[2], ...background },
  }) as unknown as [number, number, number, number, number];
  return {
    sigma: Math.max(Math.sqrt(squares / m), LEAST_SIGMA),
    priors: boundedPriors([m / all, a / all, b / all]),
  };
}

function boundedPriors(shares: readonly [number, number, number]): [number, number, number] {
  const m = Math.max(shares[0], LEAST_MATCHING);
  const a = Math.max(shares[1], LEAST_SHARE);
  const b = Math.max(shares[2], LEAST_SHARE);
  const total = m + a + b;
  return [m / total, a / total, b / total];
}
