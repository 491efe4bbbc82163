import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewedVolumes } from '../../../cli/viewer/places.ts';
import { clientFolder } from '../../../cli/viewer/server/client-answer.ts';
import { type LocalServer, startLocalServer } from '../../../cli/viewer/server/local-server.ts';
import { viewLayers } from '../../../cli/viewer/view-layers.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { writeOmeZarr } from '../../../shared/export/ome-zarr/write-ome-zarr.ts';
import { boxAt } from '../../../shared/geometry/box.ts';
import type { Layer } from '../../../shared/viewer/layer.ts';
import { type ViewedLayer, viewerState } from '../../../shared/viewer/state.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import { browserWord, hasChromium, launchChromium, openPage } from '../../browser.ts';
import { runsAll } from '../../long.ts';
import { convertHere, noise, writeNrrd } from '../../services/convert/convert-here.ts';
import { writeNoisyVolume } from './noisy-volume.ts';
import { readPanel, wrongPixels } from './panel.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/precomputed/${name}`, import.meta.url));

const BARE = { showAxisLines: false, showScaleBar: false, showDefaultAnnotations: false } as const;

/** One served volume; `seen` are the answers of the server, `reports` what the page says. */
interface Served {
  readonly server: LocalServer;
  readonly files: Map<string, string>;
  readonly seen: string[];
  readonly reports: string[];
  readonly layers: readonly ViewedLayer[];
}

const open: LocalServer[] = [];

async function serve(place: string, change: Partial<Layer> = {}): Promise<Served> {
  const files = new Map<string, string>();
  const seen: string[] = [];
  const reports: string[] = [];
  const volumes = await viewedVolumes(place);
  const server = await startLocalServer({
    client: await clientFolder(),
    stores: volumes.map(({ store }) => store),
    files,
    port: 0,
    onAnswer: ({ path }, status) => seen.push(`${status} ${path}`),
    onReport: (text) => reports.push(text),
  });
  open.push(server);
  const { layers } = await viewLayers(volumes, [], () => `${server.url}data/0`);
  const changed = layers.map((viewed) => ({
    ...viewed,
    layer: { ...viewed.layer, ...change } as Layer,
  }));
  return { server, files, seen, reports, layers: changed };
}

/** The state with one plane in sight, at four pixels a voxel unless said. */
function planeState(
  layers: readonly ViewedLayer[],
  position: readonly number[],
  scale = 0.25,
): Record<string, unknown> {
  const state = viewerState(layers, { layout: 'xy' }) as Record<string, unknown>;
  const shown = (state.layers as Record<string, unknown>[]).map((layer) => ({
    ...layer,
    selectedAlpha: 1,
  }));
  return { ...state, ...BARE, layers: shown, position, crossSectionScale: scale };
}

const addressOf = ({ server, files }: Served, state: unknown): string => {
  files.set('state.json', JSON.stringify(state));
  return `${server.url}#!${server.url}state.json`;
};

/** Voxel under a position of mip 0; 0 outside. */
async function planeOf(volume: Volume, z: number): Promise<(x: number, y: number) => number> {
  const { sizeVoxels, voxelOffset } = volume.mips[0]!;
  const [x0, y0, z0] = voxelOffset;
  const [width, height] = sizeVoxels;
  const { data } = await volume.read(0, boxAt([x0, y0, z0 + z], [width, height, 1]));
  return (x, y) => {
    const [i, j] = [Math.floor(x) - x0, Math.floor(y) - y0];
    return i < 0 || j < 0 || i >= width || j >= height ? 0 : Number(data[i + width * j]);
  };
}

function greyOf(value: number, white: number): readonly [number, number, number] {
  const grey = Math.round(255 * Math.min(1, value / white));
  return [grey, grey, grey];
}

const OWN_ZARR = 'OME-Zarr of this program';

async function writeOwnZarr(folder: string): Promise<string> {
  const place = join(folder, 'zarr');
  const volume = await openVolume(folderStore(fixture('img_u8_raw_gz_black_deleted')));
  const wishes = { name: 'zarr', ngff: '0.5', sharded: false, onChunk: () => {} } as const;
  await writeOmeZarr(volume, folderStore(place), wishes);
  return place;
}

const OWN_SHARDS = 'shards of this program';

/** Converted into eight of them. */
async function writeOwnShards(folder: string): Promise<string> {
  const place = join(folder, 'shards');
  const size = [70, 50, 30] as const;
  await convertHere(writeNrrd(folder, noise('uint8', size, 1), size), {
    store: folderStore(place),
    conversion: { sharded: true },
    parameters: { chunkSize: [16, 16, 8], mips: 1 },
    budget: 2 ** 14,
  });
  return place;
}

/** Each page takes seconds: one of each kind is looked at always. */
const ifAll = <Case>(one: Case): readonly Case[] => (runsAll ? [one] : []);

describe.skipIf(!hasChromium)(`the viewer in a browser${browserWord}`, { timeout: 90_000 }, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), 'view-'));
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all(open.map((server) => server.close()));
    await rm(folder, { recursive: true });
  });

  it.each([
    ...ifAll(['img_u8_raw_gz_black_deleted', 255, 0.25] as const),
    ...ifAll(['img_u16_png', 60000, 0.25] as const),
    ['img_u16_raw_br_negoffset_mips', 60000, 0.25] as const,
    ...ifAll(['img_u8_shard_gzipindex_rawdata', 255, 0.25] as const),
    [OWN_SHARDS, 255, 0.25] as const,
    ...ifAll([OWN_ZARR, 255, 0.25] as const),
  ])('shows every voxel of %s as it is', async (name, white, scale) => {
    const own: Readonly<Record<string, typeof writeOwnZarr>> = {
      [OWN_SHARDS]: writeOwnShards,
      [OWN_ZARR]: writeOwnZarr,
    };
    const place = (await own[name]?.(folder)) ?? fixture(name);
    const served = await serve(place, { window: [0, white] } as Partial<Layer>);
    const volume = await openVolume(folderStore(place));
    const { sizeVoxels, voxelOffset } = volume.mips[0]!;
    const position = sizeVoxels.map((size, axis) => voxelOffset[axis]! + Math.floor(size / 2) + 0.5);
    const { page, hosts } = await openPage(
      browser,
      addressOf(served, planeState(served.layers, position, scale)),
      // The layer's own axis, of channels, makes its tab a pixel higher.
      name === OWN_ZARR ? [400, 301] : [400, 300],
    );
    expect(await page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    const voxelAt = await planeOf(volume, Math.floor(sizeVoxels[2] / 2));
    const panel = await readPanel(page);
    const { wrong, bright } = wrongPixels(panel, [position[0]!, position[1]!], scale, (x, y) =>
      greyOf(voxelAt(x, y), white),
    );
    expect([wrong, bright > 1000]).toEqual([0, true]);
    expect([...hosts]).toEqual([new URL(served.server.url).host]);
    if (name.includes('shard')) expect(served.seen.some((line) => line.startsWith('206 '))).toBe(true);
    await page.close();
  });

  it.each([
    ['gzip:auto', 'uint16'] as const,
    ...ifAll(['gzip:huffman', 'uint16'] as const),
    ...ifAll(['gzip:matches', 'uint16'] as const),
    ...ifAll(['gzip:auto', 'float32'] as const),
  ])('shows every voxel that the encoder wrote with %s in %s', async (compression, dataType) => {
    // A prime above all values: no grey lies between two, where the graphics card rounds as it likes.
    const white = 907;
    const place = join(folder, `${compression.replace(':', '-')}-${dataType}`);
    const voxelAt = await writeNoisyVolume(place, compression, dataType);
    const served = await serve(place, { window: [0, white] } as Partial<Layer>);
    const position = [32.5, 32.5, 8.5] as const;
    const { page } = await openPage(browser, addressOf(served, planeState(served.layers, position)));
    expect(await page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    const { wrong, bright } = wrongPixels(await readPanel(page), [position[0], position[1]], 0.25, (x, y) =>
      greyOf(voxelAt(x, y, 8), white),
    );
    expect([wrong, bright > 1000]).toEqual([0, true]);
    await page.close();
  });

  it.each([...ifAll('seg_u64_cseg_block848'), 'seg_u64_shard_cseg_murmur'])(
    'shows the labels of %s in their colours',
    async (name) => {
      const volume = await openVolume(folderStore(fixture(name)));
      const { sizeVoxels } = volume.mips[0]!;
      const [width, height, depth] = sizeVoxels;
      const z = Math.floor(depth / 2);
      const { data } = await volume.read(0, boxAt([0, 0, z], [width, height, 1]));
      const at = data.findIndex(
        (value: number | bigint, i: number) => Number(value) > 0 && i % width > 2 && i > 3 * width,
      );
      const [x, y] = [at % width, Math.floor(at / width)];
      const label = String(data[at]);
      const served = await serve(fixture(name), { segmentColors: { [label]: '#00ff80' } } as Partial<Layer>);
      const state = planeState(served.layers, [x + 0.5, y + 0.5, z + 0.5]);
      const { page } = await openPage(browser, addressOf(served, state));
      expect(await page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
      const panel = await readPanel(page);
      expect(panel.colourAt(panel.width / 2, panel.height / 2)).toEqual([0, 255, 128]);
      await page.close();
    },
  );

  it.runIf(runsAll)('lays a volume where its affine map says', async () => {
    const affineUm = [
      [0, -1, 0, 0.2],
      [1, 0, 0, 0.1],
      [0, 0, 1, 0],
    ];
    const name = 'img_u8_raw_gz_black_deleted';
    const served = await serve(fixture(name), { window: [0, 255], affineUm } as Partial<Layer>);
    const volume = await openVolume(folderStore(fixture(name)));
    const voxelAt = await planeOf(volume, 12);
    // 0.004 um a voxel: (x, y) comes to (50 - y, 25 + x).
    const position = [50 - 31.5, 25 + 31.5, 12.5] as const;
    const { page } = await openPage(browser, addressOf(served, planeState(served.layers, position)));
    expect(await page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    const { wrong } = wrongPixels(await readPanel(page), [position[0], position[1]], 0.25, (x, y) =>
      greyOf(voxelAt(y - 25, 50 - x), 255),
    );
    expect(wrong).toBe(0);
    await page.close();
  });

  it.runIf(runsAll)('reads a state from the address, too', async () => {
    const served = await serve(fixture('img_u16_png'));
    const state = planeState(served.layers, [10.5, 15.5, 5.5]);
    const { page } = await openPage(
      browser,
      `${served.server.url}#!${encodeURIComponent(JSON.stringify(state))}`,
    );
    expect(await page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    const inline = await page.evaluate('viewer.state.toJSON()');
    await page.close();
    const remote = await openPage(browser, addressOf(served, state));
    expect(await remote.page.evaluate('cloudreg.whenDrawn(60000)')).toEqual({ drawn: true, problems: [] });
    expect(await remote.page.evaluate('viewer.state.toJSON()')).toEqual(inline);
    await remote.page.close();
  });

  it('says on the page and to the terminal that a volume is not there', async () => {
    const served = await serve(join(folder, 'nothing'));
    const { page } = await openPage(browser, addressOf(served, viewerState(served.layers)));
    const { drawn, problems } = (await page.evaluate('cloudreg.whenDrawn(60000)')) as {
      drawn: boolean;
      problems: string[];
    };
    expect([drawn, problems.join()]).toEqual([false, expect.stringContaining('nothing: http')]);
    await page.waitForSelector('.cloudreg-problem');
    expect(await page.textContent('#cloudreg-problems')).toContain('not found');
    expect(served.reports.join()).toContain('nothing: http');
    await page.close();
  });

  it.runIf(runsAll)('says on the page and to the terminal that chunks are damaged', async () => {
    const copy = join(folder, 'damaged');
    await cp(fixture('img_u8_raw_gz_black_deleted'), copy, { recursive: true });
    await truncate(join(copy, '4_4_40', '32-48_32-48_8-16.gz'), 30);
    const served = await serve(copy);
    const { page } = await openPage(
      browser,
      addressOf(served, planeState(served.layers, [40.5, 40.5, 12.5])),
    );
    await page.waitForSelector('.cloudreg-problem', { timeout: 60_000 });
    expect(await page.textContent('#cloudreg-problems')).toContain(
      '1 chunks in sight cannot be read or decoded',
    );
    expect(served.reports.join()).toContain('damaged: 1 chunks');
    await page.close();
  });
});
