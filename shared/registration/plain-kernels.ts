/** The kernels in plain TypeScript on one thread: the definition of what the team computes. */
import {
  blockSums,
  blurAxis,
  CONTRAST_MAPS,
  CUBIC_SUMS,
  cubicSums,
  gains,
  refine,
} from '../kernels/oracles/registration/contrast.ts';
import { flowStep, flowStepAdjoint } from '../kernels/oracles/registration/flow.ts';
import { classify, KIND_SUMS } from '../kernels/oracles/registration/kinds.ts';
import { AFFINE_SUMS, affineSums, predict, splatPull } from '../kernels/oracles/registration/matching.ts';
import { misfit, pullOf } from '../kernels/oracles/registration/misfit.ts';
import { smoothComponent } from '../kernels/oracles/registration/smooth.ts';
import { type Grid, pointsOf } from './grid.ts';
import type { RegistrationKernels, Smoothness } from './kernels.ts';
import { stiffness } from './velocity-grid.ts';

export function plainKernels(grid: Grid, { lengthUm, power }: Smoothness): RegistrationKernels {
  const stiff = [
    stiffness(grid, lengthUm, 0),
    stiffness(grid, lengthUm, 1),
    stiffness(grid, lengthUm, 2),
  ] as const;
  return {
    floats: (count) => new Float32Array(count),
    mark: () => 0,
    release: () => {},
    flowStep: (u, v, next, flow, dt) => flowStep(u, v, next, flow, dt, 0, flow.nz),
    flowStepAdjoint(u, v, g, dv, du, flow, dt) {
      du.fill(0);
      flowStepAdjoint(u, v, g, dv, du, flow, dt, 0, flow.nz);
    },
    predict: (geometry, size, u, atlas, out, rise) => predict(geometry, u, atlas, out, rise, 0, size[2]),
    splatPull(geometry, size, pull, rise, g) {
      g.fill(0);
      splatPull(geometry, pull, rise, g, 0, size[2]);
    },
    affineSums(geometry, size, sampleToUm, u, pull, curvature, rise) {
      const sums = new Float64Array(AFFINE_SUMS);
      affineSums(geometry, sampleToUm, u, pull, curvature, rise, sums, 0, size[2]);
      return sums;
    },
    misfit: (of) => misfit(of, 0, of.sample.length),
    pull: (of, k, pull, curvature) => pullOf(of, k, pull, curvature, 0, of.sample.length),
    cubicSums(sample, predicted, weights) {
      const sums = new Float64Array(CUBIC_SUMS);
      cubicSums(sample, predicted, weights, sums, 0, sample.length);
      return sums;
    },
    blockSums: (of, blocks, maps) => blockSums(of, blocks, partsOf(maps), 0, blocks.size[2]),
    blur(blocks, taps, maps, to) {
      const results = partsOf(to);
      partsOf(maps).forEach((map, i) => {
        const blurred = ([0, 1, 2] as const).reduce(
          (values, axis) => blurAxis(values, blocks.size, axis, taps[axis]),
          map.subarray(0, pointsOf(blocks)),
        );
        results[i]!.set(blurred);
      });
    },
    gains: (maps, prior, gain, offset) => gains(partsOf(maps), prior, gain, offset),
    refine: (map, blocks, out) => refine(map, blocks, out, 0, blocks.fine[2]),
    classify(of, recorded, kinds) {
      const sums = new Float64Array(KIND_SUMS);
      classify(of, recorded, kinds, sums, 0, of.sample.length);
      return sums;
    },
    smooth(fields) {
      for (const field of fields)
        for (let component = 0; component < 3; component++)
          smoothComponent(field, component, grid.size, stiff, power);
    },
    dot: (a, b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0),
    combine(to, scale, factor, from) {
      for (let i = 0; i < to.length; i++) to[i] = scale * to[i]! + factor * from[i]!;
    },
  };
}

const partsOf = (maps: Float32Array): Float32Array[] => {
  const count = maps.length / CONTRAST_MAPS;
  return Array.from({ length: CONTRAST_MAPS }, (_, i) => maps.subarray(i * count, (i + 1) * count));
};
