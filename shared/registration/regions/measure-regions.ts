/** Intensities of a volume by region of the atlas, each voxel looked up through the registration. */
import { type Box, boxAt, type Vec3 } from '../../geometry/box.ts';
import { RegistrationInputError } from '../errors.ts';
import type { LoadedTransform } from '../files/load-transform.ts';
import { extentOf } from '../files/space.ts';
import { extentUm, type SourceVolume } from '../source/source-volume.ts';
import { followBox, followToAtlas } from '../warp/follow-map.ts';
import { sampleAt } from '../warp/sample-source.ts';
import { lineage, type Ontology } from './ontology.ts';

export interface RegionSum {
  readonly voxels: number;
  readonly sum: number;
}

const BLOCK = 64;

/** By the label itself, 0 (outside all regions) left out. `onBlock` hears how far it is, 0 to 1. */
export async function measureLabels(
  { map, transform }: LoadedTransform,
  volume: SourceVolume,
  scale: number,
  labels: SourceVolume,
  onBlock: (share: number) => void,
): Promise<Map<string, RegionSum>> {
  checkFrame(volume, extentOf(transform.sample));
  const { sizeVoxels, voxelSizeUm } = volume.scales[scale]!;
  const follow = followToAtlas(
    map,
    { voxelSizeUm, extentUm: extentOf(transform.sample) },
    { voxelSizeUm: labels.scales[0]!.voxelSizeUm, extentUm: extentOf(transform.atlas) },
  );
  const sums = new Map<number | bigint, { voxels: number; sum: number }>();
  const boxes = [...blocksOf(sizeVoxels)];
  for (const [index, box] of boxes.entries()) {
    const values = await volume.read(scale, box);
    const found = await sampleAt({ source: labels, scale: 0, how: 'nearest' }, followBox(follow, box));
    for (let i = 0; i < values.length; i++) addVoxel(sums, found[i]!, Number(values[i]));
    onBlock((index + 1) / boxes.length);
  }
  return new Map([...sums].map(([label, sum]) => [String(label), sum]));
}

function addVoxel(
  sums: Map<number | bigint, { voxels: number; sum: number }>,
  label: number | bigint,
  value: number,
): void {
  if (Number(label) === 0) return;
  const own = sums.get(label) ?? { voxels: 0, sum: 0 };
  own.voxels += 1;
  own.sum += value;
  sums.set(label, own);
}

/** Any resolution of the sample, or another channel of it. */
function checkFrame(volume: SourceVolume, sample: Vec3): void {
  const own = extentUm(volume);
  const apart = own.some((extent, axis) => Math.abs(extent - sample[axis]!) > 0.02 * sample[axis]!);
  if (!apart) return;
  const text = (extent: Vec3): string => `${extent.map(Math.round).join(' x ')} um`;
  throw new RegistrationInputError(
    `${volume.url} fills ${text(own)}, the registered sample ${text(sample)}: the registration is of another volume.`,
  );
}

function* blocksOf([nx, ny, nz]: Vec3): Generator<Box> {
  const length = (start: number, size: number): number => Math.min(BLOCK, size - start);
  for (let z = 0; z < nz; z += BLOCK)
    for (let y = 0; y < ny; y += BLOCK)
      for (let x = 0; x < nx; x += BLOCK)
        yield boxAt([x, y, z], [length(x, nx), length(y, ny), length(z, nz)]);
}

/** Every region with all below it: a voxel counts for its own region and for each above. */
export function withParents(own: ReadonlyMap<string, RegionSum>, ontology: Ontology): Map<string, RegionSum> {
  const all = new Map<string, { voxels: number; sum: number }>();
  for (const [label, { voxels, sum }] of own)
    for (const id of lineage(ontology, label)) {
      const total = all.get(id) ?? { voxels: 0, sum: 0 };
      total.voxels += voxels;
      total.sum += sum;
      all.set(id, total);
    }
  return all;
}
