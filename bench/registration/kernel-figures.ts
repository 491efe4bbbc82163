/** Row 14: the kernels on one thread, against their definition in TypeScript in the same run. */
import { compose, linear, rotation } from '../../shared/geometry/affine.ts';
import { newFields } from '../../shared/registration/fields.ts';
import { centredGrid, pointsOf } from '../../shared/registration/grid.ts';
import type { RegistrationKernels } from '../../shared/registration/kernels.ts';
import { geometryOf, indexToUm, misfitOf, openMatcher } from '../../shared/registration/matcher.ts';
import { plainKernels } from '../../shared/registration/plain-kernels.ts';
import { openTeam } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { flowGridOf, velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atLeast, type Figure, type Print } from '../placement/figure.ts';

const image = centredGrid([110, 80, 90], [100, 100, 100]);
const velocity = velocityGrid(image, 300);
const LEAST_SECONDS = 1.5;

type Work = readonly [name: string, items: number, run: () => void];

/** Bounds of the specification, for a machine on which its C kernels do 40, 13.6 and 48. */
const LEAST: Readonly<Record<string, number>> = {
  predict: 15,
  'predict, misfit, pull and splat': 5,
  'flow step (nodes)': 15,
};

/** Prints a table too: million voxels or nodes a second, and the ratio to the definition. */
export async function* kernelFigures(print: Print): AsyncGenerator<Figure> {
  const smoothness = { lengthUm: 900, power: 2 };
  const team = await openTeam(1);
  const fast = workOn(teamKernels(team, velocity, smoothness));
  const plain = workOn(plainKernels(velocity, smoothness));
  print(`    14 million voxels or nodes a second, one thread     SIMD    plain   ratio`);
  for (const [i, [name, items, run]] of fast.entries()) {
    const [own, other] = [millionsPerSecond(items, run), millionsPerSecond(items, plain[i]![2])];
    const ratio = (own / other).toFixed(1);
    print(
      `    ${name.padEnd(47)}${own.toFixed(1).padStart(9)}${other.toFixed(2).padStart(9)}${ratio.padStart(8)}`,
    );
    if (name in LEAST) yield atLeast(`14 ${name}, million a second`, own, LEAST[name]!, 1);
  }
  await team.close();
}

function workOn(kernels: RegistrationKernels): Work[] {
  const voxels = pointsOf(image);
  const nodes = pointsOf(velocity);
  const values = Float32Array.from({ length: voxels }, (_, i) => Math.sin(i / 7) + Math.cos(i / 5000));
  const weights = values.map(() => 1);
  const matcher = openMatcher(
    kernels,
    { grid: image, values, weights },
    { grid: image, values, weights },
    600,
  );
  const [u, v, next, g] = [0, 1, 2, 3].map(() => newFields(kernels, velocity, 1)) as [
    Fields,
    Fields,
    Fields,
    Fields,
  ];
  u.all.forEach((_, i) => void (u.all[i] = i % 4 === 3 ? 0 : 200 * Math.sin(i / 900)));
  v.all.set(u.all);
  const turn = compose(
    rotation([5, -4, 3]),
    linear([
      [0.97, 0.01, 0],
      [0, 1.02, 0],
      [0.01, 0, 0.99],
    ]),
  );
  const geometry = geometryOf(matcher, turn, velocity);
  const { predicted, rise, pull, contrast, atlas } = matcher;
  const predict = (withRise = true): void =>
    kernels.predict(geometry, image.size, u.all, atlas.values, predicted, withRise ? rise : undefined);
  const back = (): void => {
    kernels.pull(misfitOf(matcher), 1, pull, undefined);
    kernels.splatPull(geometry, image.size, pull, rise, g.all);
  };
  const kinds = {
    matching: { share: 0.8, sigma: 0.2 },
    artefact: { share: 0.1, mean: 1, sigma: 2 },
    background: { share: 0.1, mean: -1, sigma: 0.5 },
  };
  const flow = flowGridOf(velocity);
  const { local } = contrast;
  return [
    ['predict', voxels, () => predict(false)],
    ['predict with the rise', voxels, predict],
    [
      'predict, misfit, pull and splat',
      voxels,
      () => {
        predict();
        kernels.misfit(misfitOf(matcher));
        back();
      },
    ],
    ['flow step (nodes)', nodes, () => kernels.flowStep(u.all, v.all, next.all, flow, 0.25)],
    [
      'adjoint of a flow step (nodes)',
      nodes,
      () => kernels.flowStepAdjoint(u.all, v.all, next.all, g.all, g.all, flow, 0.25),
    ],
    ['smooth (nodes)', nodes, () => kernels.smooth([next.all])],
    [
      'affine sums',
      voxels,
      () => {
        kernels.affineSums(
          geometry,
          image.size,
          indexToUm(image).flat(),
          u.all,
          pull,
          matcher.curvature,
          rise,
        );
      },
    ],
    [
      'contrast: sums, blur, gains, spread',
      voxels,
      () => {
        kernels.cubicSums(matcher.sample.values, predicted, matcher.weights);
        kernels.blockSums(misfitOf(matcher), local.blocks, local.sums);
        kernels.blur(local.blocks, local.taps, local.sums, local.blurred);
        kernels.gains(local.blurred, 0.1, local.gain, local.offset);
        kernels.refine(local.gain, local.blocks, contrast.gain);
        kernels.refine(local.offset, local.blocks, contrast.offset);
      },
    ],
    [
      'kinds of voxels',
      voxels,
      () => void kernels.classify(misfitOf(matcher), matcher.sample.weights, kinds),
    ],
  ];
}

type Fields = ReturnType<typeof newFields>;

/** The best of several runs: what other programs take away is not the kernel's. */
function millionsPerSecond(items: number, run: () => void): number {
  run();
  let best = Number.POSITIVE_INFINITY;
  for (let spent = 0; spent < LEAST_SECONDS; ) {
    const begin = performance.now();
    run();
    const took = (performance.now() - begin) / 1000;
    best = Math.min(best, took);
    spent += took;
  }
  return items / best / 1e6;
}
