import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewedVolumes } from '../../../cli/viewer/places.ts';
import { pointsLayer } from '../../../cli/viewer/points-file.ts';
import { clientFolder } from '../../../cli/viewer/server/client-answer.ts';
import { type LocalServer, startLocalServer } from '../../../cli/viewer/server/local-server.ts';
import { viewLayers } from '../../../cli/viewer/view-layers.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { boxAt } from '../../../shared/geometry/box.ts';
import { viewerState } from '../../../shared/viewer/state.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { browserWord, hasChromium, launchChromium, openPage } from '../../browser.ts';
import { runsAll } from '../../long.ts';
import { readPanel } from './panel.ts';

const NAME = 'img_u8_raw_gz_black_deleted';
const VOLUMES = fileURLToPath(new URL('../../fixtures/precomputed', import.meta.url));

/** Without what covers the voxels. */
const BARE = { showAxisLines: false, showScaleBar: false, showDefaultAnnotations: false };

describe.skipIf(!hasChromium || !runsAll)(`a volume of the web in the viewer${browserWord}`, () => {
  let web: LocalServer;
  let page: LocalServer;
  const files = new Map<string, string>();

  beforeAll(async () => {
    web = await startLocalServer({ client: '.', stores: [folderStore(VOLUMES)], port: 0 });
    page = await startLocalServer({ client: await clientFolder(), stores: [], files, port: 0 });
  });
  afterAll(async () => {
    await web.close();
    await page.close();
  });

  it('comes from another server, with points where they lie', { timeout: 90_000 }, async () => {
    const points = join(mkdtempSync(join(tmpdir(), 'view-')), 'cells.csv');
    // Voxel (20, 36, 12), of 4 x 4 x 40 nm.
    writeFileSync(points, 'id,x,y,z\na,0.082,0.146,0.5\n');
    const volumes = await viewedVolumes(`${web.url}data/0/${NAME}`);
    const { layers, problems } = await viewLayers(volumes, [{ window: [0, 255] }], ({ place }) => place);
    expect(problems).toEqual([]);
    const state = viewerState([...layers, await pointsLayer(points)], { layout: 'xy' }) as object;
    const shown = {
      ...state,
      ...BARE,
      position: [32.5, 32.5, 12.5],
      crossSectionScale: 0.25,
    };
    files.set('state.json', JSON.stringify(shown));

    const browser = await launchChromium();
    const opened = await openPage(browser, `${page.url}#!${page.url}state.json`);
    expect(await opened.page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    expect(opened.hosts).toEqual(new Set([new URL(page.url).host, new URL(web.url).host]));

    const { width, height, colourAt } = await readPanel(opened.page);
    const colourOf = (x: number, y: number) =>
      colourAt(width / 2 + 4 * (x - 32.5), height / 2 + 4 * (y - 32.5));
    const volume = await openVolume(folderStore(join(VOLUMES, NAME)));
    const { data } = await volume.read(0, boxAt([0, 0, 12], [64, 64, 1]));
    const grey = Number(data[44 + 64 * 40]);
    expect([grey > 0, colourOf(44.5, 40.5)]).toEqual([true, [grey, grey, grey]]);
    expect(colourOf(20.5, 36.5), 'the point').toEqual([255, 255, 0]);
    await browser.close();
  });
});
