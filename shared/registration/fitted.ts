/** A finished registration looked at from the sample: what the map predicts, and what each voxel shows. */
import type { Checkpoint } from './checkpoint.ts';
import { endOf } from './flow.ts';
import type { WeightedImage } from './levels.ts';
import { classifyMatcher, fitMatcherContrast, type Matcher, openMatcher, predictMatcher } from './matcher.ts';
import { type Mixture, otherKinds } from './mixture.ts';
import { takeUp } from './play-round.ts';
import { levelImages, openFlowSpace, type RegistrationProblem } from './workspace.ts';

/** Its maps of voxels lie in the kernels' memory: good until something else is taken from that. */
export interface Fitted {
  /** Four floats a node, copied. */
  readonly u: Float32Array;
  readonly v: readonly Float32Array[];
  readonly mixture: Mixture;
  /** Constant first. */
  readonly cubic: readonly [number, number, number, number];
  readonly gain: Float32Array;
  readonly offset: Float32Array;
  /** Shares of matching tissue, artefact, background; 0 where nothing was recorded. */
  readonly posteriors: readonly [Float32Array, Float32Array, Float32Array];
  /** Share of the variance of matching voxels that the prediction explains. */
  readonly explained: number;
  readonly sample: WeightedImage;
}

/** Contrast and kinds of voxels depend on each other: settled after so many turns. */
const TURNS = 4;

export function fitFinished(problem: RegistrationProblem, at: Checkpoint): Fitted {
  const { kernels, velocity, recipe } = problem;
  const kinds = otherKinds(problem.sample);
  const { sample, atlas } = levelImages(problem, recipe.levels.length - 1);
  const matcher = openMatcher(kernels, sample, atlas, recipe.contrastUm);
  const space = { ...openFlowSpace(kernels, velocity, at.timeSteps, recipe.memory), matcher, kinds };
  const { flow } = space;
  takeUp(kernels, space, at);
  predictMatcher(kernels, matcher, at.toAtlas, velocity, endOf(flow));
  matcher.weights.set(matcher.sample.weights);
  let { mixture } = at;
  for (let turn = 0; turn < TURNS; turn++) {
    fitMatcherContrast(kernels, matcher);
    mixture = classifyMatcher(kernels, matcher, kinds, mixture);
  }
  const { contrast, predicted } = matcher;
  const [c0, c1, c2, c3] = contrast.cubic as unknown as [number, number, number, number];
  // In place: at full resolution every copy is felt.
  predicted.forEach((s, i) => {
    predicted[i] = contrast.offset[i]! + contrast.gain[i]! * (c0 + s * (c1 + s * (c2 + s * c3)));
  });
  return {
    u: endOf(flow).slice(),
    v: flow.v.steps.map((step) => step.slice()),
    mixture,
    cubic: [c0, c1, c2, c3],
    gain: contrast.gain,
    offset: contrast.offset,
    posteriors: posteriorsOf(sample, predicted, kinds, mixture, roomIn(matcher)),
    explained: explainedShare(sample.values, predicted, matcher.weights),
    sample,
  };
}

/** What only a descent needs is free for three more maps. */
const roomIn = ({ pull, curvature, rise }: Matcher): Fitted['posteriors'] => [
  pull.fill(0),
  curvature.fill(0),
  rise.subarray(0, pull.length).fill(0),
];

const KINDS = [0, 1, 2] as const;

function posteriorsOf(
  { values, weights }: WeightedImage,
  predicted: Float32Array,
  { artefact, background }: ReturnType<typeof otherKinds>,
  { sigma, priors }: Mixture,
  out: Fitted['posteriors'],
): Fitted['posteriors'] {
  const log = (prior: number, sd: number, error: number): number =>
    Math.log(prior / sd) - error ** 2 / (2 * sd ** 2);
  for (let i = 0; i < values.length; i++) {
    if (weights[i] === 0) continue;
    const m = log(priors[0], sigma, values[i]! - predicted[i]!);
    const a = log(priors[1], artefact.sigma, values[i]! - artefact.mean);
    const b = log(priors[2], background.sigma, values[i]! - background.mean);
    const most = Math.max(m, a, b);
    const shares = [Math.exp(m - most), Math.exp(a - most), Math.exp(b - most)] as const;
    const total = shares[0] + shares[1] + shares[2];
    for (const kind of KINDS) out[kind][i] = shares[kind] / total;
  }
  return out;
}

function explainedShare(values: Float32Array, predicted: Float32Array, weights: Float32Array): number {
  let [total, sum, squares, errors] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const w = weights[i]!;
    total += w;
    sum += w * values[i]!;
    squares += w * values[i]! ** 2;
    errors += w * (values[i]! - predicted[i]!) ** 2;
  }
  return 1 - errors / (squares - sum ** 2 / total);
}
