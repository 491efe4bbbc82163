/** How much of a sample lies beside the atlas under a map: there the atlas says nothing about it. */
import type { Affine } from '../geometry/affine.ts';
import { tissuePlaces } from './foreground.ts';
import type { Grid } from './grid.ts';
import type { WeightedImage } from './levels.ts';

/** Enough to know a share to a percent or two. */
const ENOUGH_PLACES = 4000;

/**
 * Returns a function of a map (sample to atlas): the share of the sample's tissue that falls outside the atlas's box. Empty
 * margins of the sample do not count.
 */
export function tissueBeside(sample: WeightedImage, atlas: Grid): (toAtlas: Affine) => number {
  const places = tissuePlaces(sample);
  const step = 3 * Math.max(1, Math.floor(places.length / 3 / ENOUGH_PLACES));
  const low = AXES.map((axis) => atlas.originUm[axis] - atlas.spacingUm[axis] / 2);
  const high = AXES.map((axis) => low[axis]! + atlas.size[axis] * atlas.spacingUm[axis]);
  // Asked for hundreds of maps: without an array or a closure for each place.
  return (toAtlas) => {
    let [count, beside] = [0, 0];
    for (let at = 0; at < places.length; at += step, count++)
      for (const axis of AXES) {
        const row = toAtlas[axis];
        const um = row[0] * places[at]! + row[1] * places[at + 1]! + row[2] * places[at + 2]! + row[3];
        if (um < low[axis]! || um > high[axis]!) {
          beside++;
          break;
        }
      }
    return beside / count;
  };
}

const AXES = [0, 1, 2] as const;
