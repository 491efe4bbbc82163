/** How well the outlines of sample and atlas agree: a figure that does not depend on how intensities were fitted. */
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { tissuePlaces } from '../../../shared/registration/foreground.ts';
import { type Grid, pointsOf } from '../../../shared/registration/grid.ts';
import type { WeightedImage } from '../../../shared/registration/levels.ts';
import type { RegistrationMap } from '../../../shared/registration/map.ts';
import type { LabelLevel } from '../../../shared/registration/source/load-labels.ts';
import { followToAtlas } from '../../../shared/registration/warp/follow-map.ts';
import { nearestIn } from '../pictures/planes.ts';

/** Where a volume shows tissue. */
interface Outline {
  readonly grid: Grid;
  /** 1 or 0 at every point. */
  readonly isTissue: Uint8Array;
}

/** Whatever has a label. */
export const outlineOfLabels = ({ grid, labels }: LabelLevel): Outline => ({
  grid,
  isTissue: Uint8Array.from(labels, (label) => (label > 0 ? 1 : 0)),
});

/** By brightness. */
export function outlineOfImage(image: WeightedImage): Outline {
  const isTissue = new Uint8Array(pointsOf(image.grid));
  const places = tissuePlaces(image);
  for (let at = 0; at < places.length; at += 3)
    isTissue[nearestIn(image.grid, [places[at]!, places[at + 1]!, places[at + 2]!])] = 1;
  return { grid: image.grid, isTissue };
}

/** Dice of both outlines on the sample's grid, where something was recorded: 1 where they are the same. */
export function outlineDice(sample: WeightedImage, atlas: Outline, map: RegistrationMap): number {
  const [nx, ny, nz] = sample.grid.size;
  const own = outlineOfImage(sample).isTissue;
  const follow = followToAtlas(
    map,
    { voxelSizeUm: sample.grid.spacingUm, extentUm: map.sampleExtentUm },
    { voxelSizeUm: atlas.grid.spacingUm, extentUm: map.atlasExtentUm },
  );
  const row = new Float64Array(3 * nx);
  let [both, either, at] = [0, 0, 0];
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      follow(0, y, z, nx, row);
      for (let x = 0; x < nx; x++, at++) {
        if (!(sample.weights[at]! > 0)) continue;
        const there = tissueAt(atlas, [row[3 * x]!, row[3 * x + 1]!, row[3 * x + 2]!]);
        both += 2 * own[at]! * there;
        either += own[at]! + there;
      }
    }
  return either > 0 ? both / either : 0;
}

/** At a place in voxels of the outline. */
function tissueAt({ grid: { size }, isTissue }: Outline, place: Vec3): number {
  const [x, y, z] = [Math.round(place[0]), Math.round(place[1]), Math.round(place[2])];
  const isInside = x >= 0 && x < size[0] && y >= 0 && y < size[1] && z >= 0 && z < size[2];
  return isInside ? isTissue[x + size[0] * (y + size[1] * z)]! : 0;
}
