/** A section of a registered volume with the borders of the atlas's regions on it. */
import { writeFile } from 'node:fs/promises';
import { drawContours, nearestIn } from '../services/registration/pictures/planes.ts';
import { blankPicture, type Picture, pngOf } from '../services/registration/pictures/png.ts';
import { boxAt } from '../shared/geometry/box.ts';
import { quantile } from '../shared/numerics/statistics.ts';
import { loadTransform } from '../shared/registration/files/load-transform.ts';
import { toAtlasCentred } from '../shared/registration/map.ts';
import { loadLabels } from '../shared/registration/source/load-labels.ts';
import { openSource } from '../shared/registration/source/open-source.ts';
import { type SourceVolume, scaleFor } from '../shared/registration/source/source-volume.ts';

const BORDER = [255, 209, 102] as const;
/** Pixels along the longer side at which borders show well; the next finer resolution is drawn. */
const WIDE = 640;

/** Through the middle along z. `place`: the output of a job that registered with a parcellation. */
export async function writeRegionPicture(place: string, file: string): Promise<void> {
  const { map, transform } = await loadTransform(place);
  const { sample, parcellation } = transform;
  if (parcellation === null) throw new Error(`${place} was registered without a parcellation`);
  const labels = await loadLabels(
    await openSource(parcellation.imageUrl),
    Math.min(...parcellation.voxelSizeUm),
  );
  const volume = await openSource(sample.imageUrl);
  const longestUm = Math.max(map.sampleExtentUm[0], map.sampleExtentUm[1]);
  const scale = scaleFor(volume, longestUm / WIDE);
  const { picture, zUm } = await greySection(volume, scale);
  const [dx, dy] = volume.scales[scale]!.voxelSizeUm;
  const [width, height, depth] = map.sampleExtentUm;
  const labelAt = (x: number, y: number): number => {
    const centred = [(x + 0.5) * dx - width / 2, (y + 0.5) * dy - height / 2, zUm - depth / 2] as const;
    const at = nearestIn(labels.grid, toAtlasCentred(map, centred));
    return at < 0 ? 0 : labels.labels[at]!;
  };
  drawContours(picture, labelAt, BORDER);
  await writeFile(file, await pngOf(picture));
}

async function greySection(
  volume: SourceVolume,
  scale: number,
): Promise<{ readonly picture: Picture; readonly zUm: number }> {
  const { sizeVoxels, voxelSizeUm } = volume.scales[scale]!;
  const [width, height, depth] = sizeVoxels;
  const z = Math.floor(depth / 2);
  const voxels = Float64Array.from(await volume.read(scale, boxAt([0, 0, z], [width, height, 1])), Number);
  const recorded = voxels.filter((value) => value > 0);
  const [black, white] = [quantile(recorded, 0.005), quantile(recorded, 0.997)];
  const picture = blankPicture(width, height);
  voxels.forEach((value, i) => {
    const grey = Math.min(255, Math.max(0, (255 * (value - black)) / (white - black)));
    picture.pixels.fill(grey, 3 * i, 3 * i + 3);
  });
  return { picture, zUm: (z + 0.5) * voxelSizeUm[2] };
}
