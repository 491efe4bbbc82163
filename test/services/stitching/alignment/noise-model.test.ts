import { describe, expect, it } from 'vitest';
import { noiseModel, type SamplePlane } from '../../../../services/stitching/alignment/noise-model.ts';
import { normalNumbers } from './sample.ts';

const width = 256;

/** A ramp from the background to 600 counts above it, under noise of variance 16 + gain * excess. */
function ramp(gain: number, structure = 0): SamplePlane {
  const normal = normalNumbers(5);
  const values = Uint16Array.from({ length: width * width }, (_, i) => {
    const excess = Math.max(0, ((i % width) - 32) * 2.7);
    const pattern = structure * Math.sin((i % width) / 5) * Math.sin(i / width / 4);
    return Math.round(110 + excess + pattern + Math.sqrt(16 + gain * excess) * normal());
  });
  return { values, width, height: width };
}

describe('the noise model', () => {
  it('finds background, read noise and gain of a plane', () => {
    const noise = noiseModel([ramp(1)]);
    expect(noise.background).toBeGreaterThan(107);
    expect(noise.background).toBeLessThan(111);
    expect(noise.gain).toBeGreaterThan(0.8);
    expect(noise.gain).toBeLessThan(1.1);
    expect(noise.readVariance).toBeGreaterThan(10);
    expect(noise.readVariance).toBeLessThan(18);
  });

  it('takes little structure for noise', () => {
    expect(noiseModel([ramp(1, 10)]).gain).toBeLessThan(1.3);
  });

  it('does not depend on the order of the planes', () => {
    const planes = [ramp(1), ramp(2)];
    expect(noiseModel(planes)).toEqual(noiseModel([...planes].reverse()));
  });

  it('keeps its parameters above their least values on planes without noise', () => {
    const flat = { values: new Uint16Array(64 * 64).fill(200), width: 64, height: 64 };
    const noise = noiseModel([flat]);
    expect([noise.background, noise.gain]).toEqual([200, 0.001]);
    expect(noise.readVariance).toBeCloseTo(0.05, 10);
  });

  it('is that of counts in another unit where planes hold real values', () => {
    const counts = ramp(1);
    const unit = 2 ** -16;
    const inCounts = noiseModel([counts]);
    const real = noiseModel([
      { ...counts, values: Float32Array.from(counts.values, (value) => value * unit) },
    ]);
    expect(real.background).toBeCloseTo(inCounts.background * unit, 9);
    expect(real.gain / (inCounts.gain * unit)).toBeCloseTo(1, 4);
    expect(real.readVariance / (inCounts.readVariance * unit ** 2)).toBeCloseTo(1, 4);
  });

  it('leaves out blocks in which some pixels are saturated or no numbers', () => {
    const { values } = ramp(1);
    const clipped = Uint16Array.from(values, (value) => Math.min(65_535, 65_000 - 110 + value));
    const noise = noiseModel([{ values: clipped, width, height: width }]);
    expect(noise.gain).toBeGreaterThan(0.8);
    expect(noise.gain).toBeLessThan(1.1);
    const holed = Float32Array.from(values, (value, i) => (i % 1001 === 0 ? Number.NaN : value));
    expect(noiseModel([{ values: holed, width, height: width }]).gain).toBeGreaterThan(0.8);
  });

  it('leaves saturated blocks out', () => {
    const half = ramp(1);
    const values = Uint16Array.from(half.values).fill(65_535, (width * width) / 2);
    expect(noiseModel([{ ...half, values }]).gain).toBeGreaterThan(0.8);
    const saturated = { values: new Uint16Array(64 * 64).fill(65_535), width: 64, height: 64 };
    expect(noiseModel([saturated])).toEqual({ background: 0, readVariance: 1, gain: 1 });
  });
});
