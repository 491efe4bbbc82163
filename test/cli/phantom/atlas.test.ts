import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atlasShape, type PhantomAtlas, shownAt, writePhantomAtlas } from '../../../cli/phantom/atlas.ts';
import { demoPhantom, mosaicSize, type PhantomPlan } from '../../../cli/phantom/plan.ts';
import { anatomyOf } from '../../../cli/phantom/render-tile.ts';
import { boxAt } from '../../../shared/geometry/box.ts';
import { openSource } from '../../../shared/registration/source/open-source.ts';

const plan: PhantomPlan = { ...demoPhantom, rows: 2, columns: 2, tileSize: [128, 128, 16] };
const shape = atlasShape(plan);

describe('the atlas of the phantom', () => {
  let folder: string;
  let atlas: PhantomAtlas;
  const voxels = async (file: string) =>
    (await openSource(pathToFileURL(file).href)).read(0, boxAt([0, 0, 0], shape));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudreg-atlas-'));
    atlas = await writePhantomAtlas(folder, plan);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('shows the tissue that it says it shows, bent', async () => {
    const image = await voxels(atlas.image);
    const anatomy = anatomyOf(plan.seed, mosaicSize(plan));
    const [i, j, k] = [20, 25, 2];
    const { inside, autofluorescence } = anatomy(...shownAt(plan, [i, j, k]));
    expect(inside).toBe(1);
    expect(image[i + shape[0] * (j + shape[1] * k)]).toBe(Math.round(1000 * autofluorescence));
    expect(shownAt(plan, [i, j, k])[0] - (4 * i + 1.5)).toBeGreaterThan(1);
  });

  it('names every label, and has none outside the tissue', async () => {
    const [image, labels] = [await voxels(atlas.image), await voxels(atlas.labels)];
    const names = await readFile(atlas.ontology, 'utf8');
    const ids = [...new Set(Array.from(labels, Number))].sort();
    expect(ids.length).toBeGreaterThan(4);
    for (const id of ids.slice(1)) expect(names).toMatch(new RegExp(`^${id},1,`, 'm'));
    expect(labels[0]).toBe(0);
    expect(image[0]).toBe(0);
  });
});
