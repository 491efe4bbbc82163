/**
 * Each kernel computes what its definition in TypeScript does. The definition works in float64 and the kernel in float32,
 * so they agree to a tolerance: 24 bits, times the few dozen operations behind a value.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTeam, type Team } from '../../shared/registration/team/team.ts';
import { flowGridOf } from '../../shared/registration/velocity-grid.ts';
import {
  blockCase,
  expectClose,
  fieldOf,
  forCases,
  matchingCase,
  misfitCase,
  pairOf,
} from './kernel-cases.ts';

const FLOAT32 = 4e-6;
/** Sums in float64 of terms in float32. */
const SUMS = 1e-6;
const CASES = 25;

let team: Team;
beforeAll(async () => {
  team = await openTeam(1);
});
afterAll(() => team.close());

describe('the flow', () => {
  it('takes a step as defined', () => {
    forCases(team, CASES, (testCase) => {
      const [u, v, next] = [fieldOf(testCase, 300), fieldOf(testCase, 3000), fieldOf(testCase, 0)];
      testCase.twins.forEach((twin, i) => {
        twin.flowStep(u[i]!, v[i]!, next[i]!, flowGridOf(testCase.grid), 0.25);
      });
      expectClose(next, FLOAT32, testCase.label);
    });
  });

  it('hands gradients back as defined', () => {
    forCases(team, CASES, (testCase) => {
      const [u, v, g] = [fieldOf(testCase, 300), fieldOf(testCase, 3000), fieldOf(testCase, 1)];
      const [dv, du] = [fieldOf(testCase, 0), fieldOf(testCase, 5)];
      testCase.twins.forEach((twin, i) => {
        twin.flowStepAdjoint(u[i]!, v[i]!, g[i]!, dv[i]!, du[i]!, flowGridOf(testCase.grid), 0.25);
      });
      expectClose(dv, FLOAT32, testCase.label);
      expectClose(du, FLOAT32, testCase.label);
    });
  });

  it('is smoothed as defined, one field or several', () => {
    forCases(team, 8, (testCase) => {
      const fields = Array.from({ length: testCase.whole(1, 4) }, () => fieldOf(testCase, 100));
      testCase.twins.forEach((twin, i) => {
        twin.smooth(fields.map((field) => field[i]!));
      });
      for (const field of fields) expectClose(field, FLOAT32, testCase.label);
    });
  });
});

describe('matching', () => {
  it('predicts as defined, inside the atlas and beyond it', () => {
    forCases(team, CASES, (testCase) => {
      const { geometry, size, u, atlas } = matchingCase(testCase);
      const voxels = size[0] * size[1] * size[2];
      const [out, rise] = [pairOf(testCase, voxels, () => 9), pairOf(testCase, 4 * voxels, () => 0)];
      testCase.twins.forEach((twin, i) => {
        twin.predict(geometry, size, u[i]!, atlas[i]!, out[i]!, rise[i]);
      });
      // Positions are some thousand um in float32, a voxel is 100: 1e-5 of a voxel.
      expectClose(out, 3e-5, testCase.label);
    });
  });

  it('predicts the same whether derivatives are asked for or not', () => {
    forCases(team, 5, (testCase) => {
      const { geometry, size, u, atlas } = matchingCase(testCase);
      const voxels = size[0] * size[1] * size[2];
      const [out, again] = [pairOf(testCase, voxels, () => 9)[0], pairOf(testCase, voxels, () => 9)[0]];
      const rise = pairOf(testCase, 4 * voxels, () => 0)[0];
      testCase.twins[0].predict(geometry, size, u[0], atlas[0], out, rise);
      testCase.twins[0].predict(geometry, size, u[0], atlas[0], again, undefined);
      expect([...again], testCase.label).toEqual([...out]);
    });
  });

  it('splats pulls as defined', () => {
    forCases(team, CASES, (testCase) => {
      const { geometry, size } = matchingCase(testCase);
      const voxels = size[0] * size[1] * size[2];
      const pull = pairOf(testCase, voxels, (i) => (i % 7 ? testCase.random() : 0));
      const rise = pairOf(testCase, 4 * voxels, (i) => (i % 4 === 3 || i % 11 < 4 ? 0 : testCase.random()));
      const g = fieldOf(testCase, 1);
      testCase.twins.forEach((twin, i) => {
        twin.splatPull(geometry, size, pull[i]!, rise[i]!, g[i]!);
      });
      expectClose(g, 3e-5, testCase.label);
    });
  });

  it('sums what the affine step needs as defined', () => {
    forCases(team, CASES, (testCase) => {
      const { geometry, size, sampleToUm, u } = matchingCase(testCase);
      const voxels = size[0] * size[1] * size[2];
      const pull = pairOf(testCase, voxels, () => testCase.random());
      const curvature = pairOf(testCase, voxels, (i) => (i % 7 ? testCase.random() + 0.5 : 0));
      const rise = pairOf(testCase, 4 * voxels, (i) => (i % 4 === 3 ? 0 : testCase.random()));
      const [a, b] = testCase.twins.map((twin, i) =>
        twin.affineSums(geometry, size, sampleToUm, u[i]!, pull[i]!, curvature[i]!, rise[i]!),
      ) as [Float64Array, Float64Array];
      expectClose([a.subarray(0, 12), b.subarray(0, 12)], 3e-5, testCase.label);
      expectClose([lowerTriangle(a), lowerTriangle(b)], 3e-5, testCase.label);
    });
  });

  it('measures the misfit and its pull as defined', () => {
    forCases(team, CASES, (testCase) => {
      const voxels = testCase.whole(1, 2000);
      const of = misfitCase(testCase, voxels);
      const [sum, expected] = testCase.twins.map((twin, i) => twin.misfit(of[i]!)) as [number, number];
      expect(Math.abs(sum - expected), testCase.label).toBeLessThanOrEqual(SUMS * expected);
      const [pull, curvature] = [pairOf(testCase, voxels, () => 1), pairOf(testCase, voxels, () => 1)];
      testCase.twins.forEach((twin, i) => {
        twin.pull(of[i]!, 3, pull[i]!, curvature[i]);
      });
      expectClose(pull, FLOAT32, testCase.label);
      expectClose(curvature, FLOAT32, testCase.label);
    });
  });
});

const lowerTriangle = (sums: Float64Array): number[] =>
  Array.from(sums.subarray(12)).filter((_, i) => i % 12 <= Math.floor(i / 12));

describe('contrast and kinds', () => {
  it('sum what the cubic is fitted from as defined', () => {
    forCases(team, CASES, (testCase) => {
      const of = misfitCase(testCase, testCase.whole(1, 2000));
      const sums = testCase.twins.map((twin, i) =>
        twin.cubicSums(of[i]!.sample, of[i]!.predicted, of[i]!.weights),
      ) as [Float64Array, Float64Array];
      expectClose(sums, 1e-12, testCase.label);
    });
  });

  it('fit gain and offset on blocks as defined, and spread them to voxels', () => {
    forCases(team, CASES, (testCase) => {
      const { blocks, taps, of, maps, blurred, gain, offset, out } = blockCase(testCase);
      testCase.twins.forEach((twin, i) => {
        twin.blockSums(of[i]!, blocks, maps[i]!);
      });
      expectClose(maps, 2e-5, `${testCase.label}, sums`);
      testCase.twins.forEach((twin, i) => {
        const axes = taps.map((pair) => pair[i]!) as [Float32Array, Float32Array, Float32Array];
        twin.blur(blocks, axes, maps[i]!, blurred[i]!);
        twin.gains(blurred[i]!, 0.1, gain[i]!, offset[i]!);
        twin.refine(gain[i]!, blocks, out[i]!);
      });
      expectClose(blurred, 2e-5, `${testCase.label}, blurred`);
      expectClose(out, 1e-4, `${testCase.label}, gain of voxels`);
      expectClose(offset, 1e-4, `${testCase.label}, offset`);
    });
  });

  it('share out voxels as defined', () => {
    forCases(team, CASES, (testCase) => {
      const voxels = testCase.whole(1, 2000);
      const of = misfitCase(testCase, voxels);
      const recorded = pairOf(testCase, voxels, () => Math.max(0, 0.7 + testCase.random()));
      const kinds = {
        matching: { share: 0.7, sigma: 0.05 + 0.5 * (testCase.random() + 0.5) },
        artefact: { share: 0.2, mean: 1.2, sigma: 2 },
        background: { share: 0.1, mean: -1, sigma: 0.5 },
      };
      const sums = testCase.twins.map((twin, i) => twin.classify(of[i]!, recorded[i]!, kinds)) as [
        Float64Array,
        Float64Array,
      ];
      // An exponent of up to a few hundred in float32.
      expectClose([of[0].weights, of[1].weights], 1e-4, testCase.label);
      expectClose(sums, 1e-4, testCase.label);
    });
  });
});

describe('vectors', () => {
  it('are multiplied and added as defined', () => {
    forCases(team, CASES, (testCase) => {
      const length = 4 * testCase.whole(1, 500);
      const [a, b] = [pairOf(testCase, length, testCase.random), pairOf(testCase, length, testCase.random)];
      const [dot, expected] = testCase.twins.map((twin, i) => twin.dot(a[i]!, b[i]!)) as [number, number];
      expect(Math.abs(dot - expected), testCase.label).toBeLessThanOrEqual(1e-13 * length);
      testCase.twins.forEach((twin, i) => {
        twin.combine(a[i]!, 0.5, -2, b[i]!);
      });
      expectClose(a, FLOAT32, testCase.label);
    });
  });
});
