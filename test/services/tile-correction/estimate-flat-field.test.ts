import { beforeAll, describe, expect, it } from 'vitest';
import { fieldError, looksScene } from '../../../bench/illumination-data.ts';
import {
  estimateFlatField,
  type FlatFieldEstimate,
  type FlatFieldInput,
} from '../../../services/tile-correction/estimate-flat-field.ts';
import { fieldBasis, fieldValues } from '../../../services/tile-correction/field-basis.ts';
import { evaluateFlatField } from '../../../services/tile-correction/log-field.ts';
import { mean, standardDeviation } from '../../../shared/numerics/statistics.ts';
import { runsAll } from '../../long.ts';
import { sharedPath } from '../../shared-data.ts';
import { grid, makeScene, type SceneOptions, truthOnGrid } from './scene.ts';

const quadratic: SceneOptions['logVignette'] = (u, v) => Math.log(1 - 0.175 * (u * u + v * v));
const slope: SceneOptions['logVignette'] = (u) => Math.log(1 - 0.15 * u);
const none: SceneOptions['logVignette'] = () => 0;

const errorOf = ({ logField }: FlatFieldEstimate, truth: SceneOptions['logVignette']) => {
  const expected = truthOnGrid(truth);
  const found = fieldValues(fieldBasis(grid), logField!.coefficients);
  return standardDeviation(found.map((value, pixel) => value - expected[pixel]!));
};

describe('the flat field from overlaps and looks', () => {
  const vignetted = (logVignette: SceneOptions['logVignette']): FlatFieldInput =>
    makeScene({ seed: 1, columns: 4, rows: 3, logVignette });
  let round: FlatFieldEstimate;
  beforeAll(() => {
    round = estimateFlatField(vignetted(quadratic));
  });

  it('of a round vignette is found and applied', () => {
    expect(round.decision).toBe('apply');
    expect(errorOf(round, quadratic)).toBeLessThan(0.015);
  });

  it('of a sloping vignette is found and applied', () => {
    const estimate = estimateFlatField(vignetted(slope));
    expect(estimate.decision).toBe('apply');
    expect(errorOf(estimate, slope)).toBeLessThan(0.015);
  });

  it.each(runsAll ? [1, 2, 3] : [1])('is refused where there is no vignette (seed %i)', (seed) => {
    const estimate = estimateFlatField(makeScene({ seed, columns: 4, rows: 3, logVignette: none }));
    expect(estimate.decision).toBe('none');
    expect(estimate.reason).toMatch(/too weak|no gain|halves of the data differ/);
  });

  it('is the same whenever it is estimated', () => {
    expect(estimateFlatField(vignetted(quadratic))).toEqual(round);
  });

  it('does not change with the order of the looks or the brightness of the light', () => {
    const scene = vignetted(quadratic);
    const brighter = {
      ...scene,
      looks: scene.looks
        .map((look) => ({ ...look, image: look.image.map((value) => 110 + 20 * (value - 110)) }))
        .reverse(),
    };
    const error = errorOf(estimateFlatField(brighter), quadratic);
    expect(Math.abs(error - errorOf(round, quadratic))).toBeLessThan(1e-4);
  });

  it('is refused for too few tiles, whatever they show', () => {
    const pair = makeScene({ seed: 7, columns: 2, rows: 1, logVignette: quadratic });
    expect(estimateFlatField(pair)).toMatchObject({ decision: 'none', logField: null, evidence: null });
    expect(estimateFlatField(pair).reason).toContain(
      'tiles with signal: 2, pairs of neighbours among them: 1',
    );
    const single = makeScene({ seed: 7, columns: 1, rows: 1, logVignette: quadratic });
    expect(estimateFlatField(single).reason).toContain('at least 12 tiles');
    expect(estimateFlatField({ ...single, looks: [] }).reason).toContain('tiles with signal: 0');
  });

  it('is refused for constant tiles, and for empty ones', () => {
    const scene = makeScene({ seed: 8, columns: 3, rows: 3, logVignette: none });
    const filled = (value: number) => ({
      ...scene,
      looks: scene.looks.map((look) => ({ ...look, image: look.image.map(() => value) })),
    });
    expect(estimateFlatField(filled(500)).reason).toContain('too weak');
    expect(estimateFlatField(filled(110)).reason).toContain('tiles with signal: 0');
  });

  it('rests on looks alone where positions are unknown, with a warning', () => {
    const scene = makeScene({ seed: 9, columns: 6, rows: 4, logVignette: quadratic });
    const estimate = estimateFlatField({ ...scene, origins: undefined });
    expect(estimate).toMatchObject({ decision: 'apply', evidence: { pairs: 0, shape: null, total: null } });
    expect(estimate.warning).toContain('without overlaps');
    const weak = makeScene({ seed: 9, columns: 6, rows: 4, logVignette: (u, v) => 0.1 * quadratic(u, v) });
    expect(estimateFlatField({ ...weak, origins: undefined }).decision).toBe('none');
  });

  it('is refused for tiles too narrow for a spline', () => {
    const estimate = estimateFlatField({
      grid: { width: 64, height: 3, reduction: 4 },
      looks: [],
      origins: undefined,
      background: 0,
    });
    expect(estimate.reason).toContain('looks of 64 x 3 reduced pixels');
  });
});

describe('the factor at tile size', () => {
  const logField = {
    grid,
    coefficients: Float64Array.from({ length: 36 }, (_, c) => 0.2 * Math.sin(1.7 * c)),
  };

  it.each([
    [160, 160],
    [163, 161],
  ])('keeps the mean over a tile of %i x %i', (width, height) => {
    const factor = evaluateFlatField(logField, width, height);
    expect(factor).toHaveLength(width * height);
    expect(Math.abs(mean(factor.map((value) => 1 / value)) - 1)).toBeLessThan(1e-6);
  });

  it('lies where the reduced pixels lie', () => {
    const ramp = { grid, coefficients: Float64Array.from({ length: 36 }, (_, c) => 0.1 * (c % 6)) };
    const factor = evaluateFlatField(ramp, 160, 160);
    const logs = Array.from(factor.slice(0, 160), (value) => -Math.log(value));
    // 3 spans over 39 reduced pixels; constant outside the outer reduced pixels' centres, 1.5 and 157.5.
    expect(logs[81]! - logs[80]!).toBeCloseTo((0.1 * 3) / 39 / 4, 6);
    expect(logs[1]).toBe(logs[0]);
    expect(logs[3]! - logs[1]!).toBeCloseTo((0.1 * 3 * 1.5) / 39 / 4, 6);
    expect(logs[159]).toBe(logs[158]);
  });
});

const looksDirectory = sharedPath('data', 'illumination');
describe.skipIf(looksDirectory === undefined)(
  'on simulated tiles of real tissue (ILLUMINATION section 6)',
  () => {
    const scene = (name: string) => looksScene(looksDirectory!, name);

    const vignettes = runsAll ? ['quadratic', 'sheet', 'linear'] : ['sheet'];
    it.each(vignettes)('a %s vignette is found to 0.015 and applied', (name) => {
      const estimate = estimateFlatField(scene(name).input);
      expect(estimate.decision).toBe('apply');
      expect(fieldError(estimate.logField!, scene(name))).toBeLessThan(0.015);
    });

    it('no vignette and a single pair are refused, with the reason', () => {
      expect(estimateFlatField(scene('none').input)).toMatchObject({
        decision: 'none',
        reason: expect.stringMatching(/too weak|no gain/),
      });
      expect(estimateFlatField(scene('one_pair').input)).toMatchObject({
        decision: 'none',
        reason: expect.stringContaining('pairs of neighbours among them: 1;'),
      });
    });
  },
);
