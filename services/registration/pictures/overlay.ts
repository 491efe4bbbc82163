/** The atlas's contours on the sample, in three planes. */
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { quantile } from '../../../shared/numerics/statistics.ts';
import type { WeightedImage } from '../../../shared/registration/levels.ts';
import { type RegistrationMap, toAtlasCentred } from '../../../shared/registration/map.ts';
import type { LabelLevel } from '../../../shared/registration/source/load-labels.ts';
import { drawContours, greyPicture, middlePlanes, nearestIn, positionOf } from './planes.ts';
import { beside, pngOf } from './png.ts';

const CONTOUR = [255, 209, 102] as const;
const GAP = 6;

export function overlayPng(
  sample: WeightedImage,
  map: RegistrationMap,
  atlas: LabelLevel,
): Promise<Uint8Array> {
  const recorded = sample.values.filter((_, i) => sample.weights[i]! > 0);
  const window = [quantile(recorded, 0.005), quantile(recorded, 0.997)] as const;
  const labelAt = (point: Vec3): number => {
    const at = nearestIn(atlas.grid, toAtlasCentred(map, point));
    return at < 0 ? 0 : atlas.labels[at]!;
  };
  const pictures = middlePlanes(sample.grid).map((plane) => {
    const picture = greyPicture(plane, sample, window);
    drawContours(picture, (x, y) => labelAt(positionOf(plane, x, y)), CONTOUR);
    return picture;
  });
  return pngOf(beside(pictures, GAP));
}

/** Where there is no parcellation: the atlas in steps of brightness. */
export function brightnessSteps({ grid, values }: WeightedImage): LabelLevel {
  const steps = [0.5, 0.75, 0.9].map((share) => quantile(values, share));
  const labels = Float64Array.from(values, (value) => steps.filter((step) => value > step).length);
  return { grid, labels };
}
