/** An atlas of the invented brain: its anatomy without texture, bent a little, with regions of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElementArray } from '../../shared/formats/elements.ts';
import { encodeNrrd } from '../../shared/formats/nrrd/write.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import type { Tissue } from './brain.ts';
import { voxelSizeUmOf } from './metadata.ts';
import { mosaicSize, type PhantomPlan } from './plan.ts';
import { anatomyOf } from './render-tile.ts';

export interface PhantomAtlas {
  readonly image: string;
  readonly labels: string;
  readonly ontology: string;
}

export const ATLAS_ORIENTATION = 'RIP';

/** Voxels of the mosaic in one of the atlas, along each axis. */
export const COARSER = 4;
/** By how much the anatomy of the atlas is shifted, at most, in shares of the mosaic. */
const BEND = 0.02;

const REGIONS = [
  { id: 1, parent: '', acronym: 'BR', name: 'Brain', colour: 'B0B0B0' },
  { id: 2, parent: 1, acronym: 'CL', name: 'Cells, left', colour: '70FF71' },
  { id: 3, parent: 1, acronym: 'CR', name: 'Cells, right', colour: '009090' },
  { id: 4, parent: 1, acronym: 'GM', name: 'Grey matter', colour: 'FF7080' },
  { id: 5, parent: 1, acronym: 'WM', name: 'White matter', colour: 'CCCCCC' },
  { id: 6, parent: 1, acronym: 'V', name: 'Ventricles', colour: 'AAAAFF' },
] as const;

/** Of the atlas, along x, y, z. */
export function atlasShape(plan: PhantomPlan): Vec3 {
  const [width, height, depth] = mosaicSize(plan);
  return [Math.ceil(width / COARSER), Math.ceil(height / COARSER), Math.ceil(depth / COARSER)];
}

/** Voxel of the mosaic, not whole, whose tissue the atlas shows at this voxel of its own. */
export function shownAt(plan: PhantomPlan, [i, j, k]: Vec3): Vec3 {
  const [width, height] = mosaicSize(plan);
  const inMosaic = (index: number): number => (index + 0.5) * COARSER - 0.5;
  const [x, y] = [inMosaic(i), inMosaic(j)];
  const bentX = x + BEND * width * Math.sin((3 * y) / height);
  return [bentX, y + BEND * height * Math.cos((2 * x) / width), inMosaic(k)];
}

/** Writes atlas.nrrd, labels.nrrd and regions.csv. */
export async function writePhantomAtlas(folder: string, plan: PhantomPlan): Promise<PhantomAtlas> {
  const shape = atlasShape(plan);
  const image = new Uint16Array(shape[0] * shape[1] * shape[2]);
  const labels = new Uint8Array(image.length);
  const anatomy = anatomyOf(plan.seed, mosaicSize(plan));
  for (let at = 0; at < image.length; at++) {
    const i = at % shape[0];
    const j = Math.floor(at / shape[0]) % shape[1];
    const k = Math.floor(at / (shape[0] * shape[1]));
    const tissue = anatomy(...shownAt(plan, [i, j, k]));
    image[at] = Math.round(1000 * tissue.inside * tissue.autofluorescence);
    labels[at] = labelOf(tissue, i < shape[0] / 2);
  }
  await mkdir(folder, { recursive: true });
  const paths = { image: 'atlas.nrrd', labels: 'labels.nrrd', ontology: 'regions.csv' } as const;
  const spacings = voxelSizeUmOf(plan).map((um) => um * COARSER);
  const meta = { spacings, keyValues: { unit: 'um', orientation: ATLAS_ORIENTATION } };
  const put = (name: string, data: ElementArray): Promise<void> =>
    writeFile(join(folder, name), encodeNrrd({ shape: [...shape], data, meta }));
  await put(paths.image, image);
  await put(paths.labels, labels);
  await writeFile(join(folder, paths.ontology), ontologyText());
  return {
    image: join(folder, paths.image),
    labels: join(folder, paths.labels),
    ontology: join(folder, paths.ontology),
  };
}

function labelOf({ inside, autofluorescence, cells }: Tissue, isLeft: boolean): number {
  if (inside < 0.5) return 0;
  if (autofluorescence < 0.3) return 6;
  if (autofluorescence > 0.7) return 5;
  if (cells > 0.6) return isLeft ? 2 : 3;
  return 4;
}

const ontologyText = (): string =>
  ['id,parent_id,acronym,name,colour']
    .concat(
      REGIONS.map(
        ({ id, parent, acronym, name, colour }) => `${id},${parent},${acronym},"${name}",${colour}`,
      ),
    )
    .join('\n')
    .concat('\n');
