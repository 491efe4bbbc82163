/** `--flat-field cloudreg`: CloudReg's own rule, exactly, for comparison (CLOUDREG sections 2 and 2.1). */
import { n4, n4Defaults } from '../../shared/numerics/n4/n4.ts';

export interface MeanTile {
  /** Mean counts over the sampled planes, x fastest. */
  readonly data: Float64Array;
  /** Width, height. */
  readonly shape: readonly [number, number];
}

/**
 * The factor by which CloudReg multiplies (raw - background), at tile size, x fastest: N4 of J = m - min m + 1 with
 * m = mean tile - background in float32, without mask, at ITK's defaults and with its stop rule; the factor is J's
 * correction exp(-b), not normalised. It overcorrects: the shifted minimum stretches the darkest pixel to ln 1 = 0.
 */
export function cloudRegFlatField(meanTile: MeanTile, background: number): Float32Array {
  const signal = Float32Array.from(meanTile.data, (value) => value - background);
  const smallest = signal.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const raised = signal.map((value) => Math.fround(value - smallest) + 1);
  const { field } = n4({ data: raised, shape: meanTile.shape }, { ...n4Defaults, stopRule: 'itk-float32' });
  return field.map((b) => Math.exp(-b));
}
