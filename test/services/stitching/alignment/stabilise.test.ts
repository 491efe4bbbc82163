import { describe, expect, it } from 'vitest';
import { binnedField, boxFields } from '../../../../services/stitching/alignment/stabilise.ts';
import { openCorrelator, workspaceFor } from '../../../../services/stitching/alignment/workspace.ts';
import { loadKernels } from '../../../../shared/kernels/kernels.ts';
import { normalNumbers } from './sample.ts';

const noise = { background: 110, readVariance: 16, gain: 1 };
const allPlanes = new Set<number>();
const correlator = await openCorrelator(loadKernels());

describe('stabilised, high-passed pixels', () => {
  const size = [96, 80, 2] as const;
  const workspace = workspaceFor(correlator, [size], 2);
  const { binnedA, binnedB, segmentsA } = workspace.buffers;
  const normal = normalNumbers(1);
  /** One plane at 160 counts, one at 1110. */
  const values = Uint16Array.from({ length: size[0] * size[1] * size[2] }, (_, i) => {
    const excess = i < size[0] * size[1] ? 50 : 1000;
    return Math.round(110 + excess + Math.sqrt(16 + excess) * normal());
  });
  const variances = (field: Float32Array) =>
    [field.subarray(0, field.length / 2), field.subarray(field.length / 2)].map(
      (plane) => plane.reduce((sum, value) => sum + value * value, 0) / plane.length,
    );

  it('have noise of variance 1 whatever the level, in boxes and in bins', () => {
    const strip = { values, size, missingPlanes: allPlanes };
    const box = segmentsA.subarray(0, 64 * 64 * 2);
    boxFields(workspace, [64, 64, 2])(strip, noise, [10, 5, 0], box);
    expect(Math.min(...variances(box))).toBeGreaterThan(0.93);
    expect(Math.max(...variances(box))).toBeLessThan(1.07);
    const binned = binnedField(workspace, strip, noise, 2, binnedA);
    expect(binned.size).toEqual([48, 40, 2]);
    expect(Math.min(...variances(binned.values))).toBeGreaterThan(0.9);
    expect(Math.max(...variances(binned.values))).toBeLessThan(1.1);
  });

  it('are the same from integers and from real values', () => {
    const reals = Float32Array.from(values);
    for (const bin of [2, 4] as const) {
      const strip = { values, size, missingPlanes: allPlanes };
      const looked = binnedField(workspace, strip, noise, bin, binnedA);
      const computed = binnedField(workspace, { ...strip, values: reals }, noise, bin, binnedB);
      for (const [i, value] of looked.values.entries()) expect(computed.values[i]).toBeCloseTo(value, 3);
    }
  });

  it('are 0 on missing planes', () => {
    binnedA.fill(9);
    const strip = { values, size, missingPlanes: new Set([1]) };
    const field = binnedField(workspace, strip, noise, 2, binnedA);
    expect(field.values.subarray(48 * 40).every((value) => value === 0)).toBe(true);
    expect(field.values.subarray(0, 48 * 40).some((value) => value !== 0)).toBe(true);
  });
});
