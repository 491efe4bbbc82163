/** Where tiles overlap one of them is taken; a tile with w = rampX * rampY = 0 changes nothing. */
import type { blend } from './blend.ts';

type Blend = typeof blend;

/** The tile with the largest w, the first of equals. weight' = max(weight, w). */
export const blendNearest: Blend = choosing((value, ramp, plane, weight) =>
  ramp > weight ? { plane: value, weight: ramp } : { plane, weight },
);

/** The largest value; NaN wins. weight' = weight + w. */
export const blendMax: Blend = choosing((value, ramp, plane, weight) =>
  extreme(Math.max(plane, value), value, ramp, plane, weight),
);

/** The smallest value; NaN wins. weight' = weight + w. */
export const blendMin: Blend = choosing((value, ramp, plane, weight) =>
  extreme(Math.min(plane, value), value, ramp, plane, weight),
);

interface Voxel {
  readonly plane: number;
  readonly weight: number;
}

function extreme(better: number, value: number, ramp: number, plane: number, weight: number): Voxel {
  const best = weight > 0 ? better : value;
  return { plane: ramp > 0 ? best : plane, weight: weight + ramp };
}

function choosing(choose: (value: number, ramp: number, plane: number, weight: number) => Voxel): Blend {
  return (values, columns, rows, rampX, rampY, plane, weight) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        const ramp = Math.fround(rampX[column]! * rampY[row]!);
        const chosen = choose(values[at]!, ramp, plane[at]!, weight[at]!);
        plane[at] = chosen.plane;
        weight[at] = chosen.weight;
      }
    }
  };
}
