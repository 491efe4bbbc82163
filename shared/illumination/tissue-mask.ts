/** Where the tissue is (ILLUMINATION section 4.1). */
import { eroded, largestComponent, opened } from '../numerics/morphology.ts';
import { otsuThreshold } from '../numerics/otsu.ts';
import type { LowVolume } from './volume.ts';

/**
 * 1 in tissue: Otsu's threshold on ln v over v > 0, opening, largest component, one erosion. The border voxels that the
 * erosion takes are half background, which would look like bias.
 */
export function tissueMask({ data, size }: LowVolume): Uint8Array {
  const logs = Float64Array.from(
    data.filter((value) => value > 0),
    Math.log,
  );
  if (logs.length === 0) return new Uint8Array(data.length);
  const threshold = Math.exp(otsuThreshold(logs));
  const bright = Uint8Array.from(data, (value) => (value > threshold ? 1 : 0));
  return eroded(largestComponent(opened(bright, size), size), size);
}
