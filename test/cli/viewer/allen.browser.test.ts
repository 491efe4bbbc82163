import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelNames } from '../../../cli/viewer/label-names.ts';
import { viewedVolumes } from '../../../cli/viewer/places.ts';
import { clientFolder } from '../../../cli/viewer/server/client-answer.ts';
import { startLocalServer } from '../../../cli/viewer/server/local-server.ts';
import { viewLayers } from '../../../cli/viewer/view-layers.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { boxAt } from '../../../shared/geometry/box.ts';
import { viewerState } from '../../../shared/viewer/state.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { browserWord, hasChromium, launchChromium, openPage } from '../../browser.ts';
import { cloudreg } from '../../end-to-end/binary.ts';
import { runsAll } from '../../long.ts';
import { sharedPath } from '../../shared-data.ts';
import { readPanel } from './panel.ts';

const TEMPLATE = sharedPath('data', 'allen', 'average_template_100.nrrd');
const ANNOTATION = sharedPath('data', 'allen', 'annotation_100.nrrd');
const ONTOLOGY = sharedPath('data', 'allen', 'ara_ontology.json.gz')?.replace(/\.gz$/, '');
const isHere = hasChromium && TEMPLATE !== undefined && ANNOTATION !== undefined && ONTOLOGY !== undefined;
const word = isHere ? '' : ` (skipped: needs ../shared/data/allen${browserWord})`;

describe.runIf(isHere && runsAll)(`the Allen atlas, converted${word}`, { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'allen-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("shows its regions in the ontology's colours", async () => {
    const [template, annotation] = [join(folder, 'template'), join(folder, 'annotation')];
    expect(await cloudreg('convert', TEMPLATE!, template)).toMatchObject({ exitCode: 0 });
    const labels = ['--mode', 'segmentation', '--encoding', 'compressed_segmentation'];
    expect(await cloudreg('convert', ANNOTATION!, annotation, ...labels)).toMatchObject({ exitCode: 0 });
    const volume = await openVolume(folderStore(annotation));
    const [width, height, depth] = volume.mips[0]!.sizeVoxels;
    const z = Math.floor(depth / 2);
    const { data } = await volume.read(0, boxAt([0, 0, z], [width, height, 1]));
    const { segmentColors, properties } = await readLabelNames(ONTOLOGY!);
    const at = data.findIndex((value: number | bigint) => String(value) in segmentColors);
    const label = String(data[at]);

    const volumes = (await Promise.all([template, annotation].map(viewedVolumes))).flat();
    const files = new Map([['labels/info', properties]]);
    const stores = volumes.map(({ store }) => store);
    const server = await startLocalServer({ client: await clientFolder(), stores, files, port: 0 });
    const given = { segmentColors, propertiesUrl: `${server.url}labels` };
    const urlOf = (viewed: (typeof volumes)[number]) => `${server.url}data/${volumes.indexOf(viewed)}`;
    const { layers, problems } = await viewLayers(volumes, [], urlOf, given);
    expect(problems).toEqual([]);
    const state = viewerState([layers[1]!], { layout: 'xy' }) as { layers: object[] };
    const bare = { showAxisLines: false, showScaleBar: false, showDefaultAnnotations: false };
    const position = [(at % width) + 0.5, Math.floor(at / width) + 0.5, z + 0.5];
    const shown = {
      ...state,
      ...bare,
      layers: state.layers.map((layer) => ({ ...layer, selectedAlpha: 1 })),
      position,
      crossSectionScale: 0.25,
    };
    files.set('state.json', JSON.stringify(shown));
    const browser = await launchChromium();
    const { page } = await openPage(browser, `${server.url}#!${server.url}state.json`);
    expect(await page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    const panel = await readPanel(page);
    const hex = panel
      .colourAt(panel.width / 2, panel.height / 2)
      .map((value) => value.toString(16).padStart(2, '0'));
    expect(`#${hex.join('')}`).toBe(segmentColors[label]!.toLowerCase());
    await browser.close();
    await server.close();
  });
});
