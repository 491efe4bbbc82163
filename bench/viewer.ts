/**
 * How soon `cloudreg view` shows a picture, from the browser's start, median of five. The first picture is there when the
 * data are seen: a square in the middle of a cross section holds many greys, as the volume does and neither background
 * nor axes do. The last one is there when the viewer has drawn every chunk in sight at its finest resolution.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../cli/viewer/browser.ts';
import { viewedVolumes } from '../cli/viewer/places.ts';
import { browserFlags } from '../cli/viewer/screenshot.ts';
import { clientFolder } from '../cli/viewer/server/client-answer.ts';
import { startLocalServer } from '../cli/viewer/server/local-server.ts';
import { viewLayers } from '../cli/viewer/view-layers.ts';
import { folderStore } from '../shared/adapters/local/folder-store.ts';
import { boxSize } from '../shared/geometry/box.ts';
import { median } from '../shared/numerics/statistics.ts';
import { viewerState } from '../shared/viewer/state.ts';
import { cellsIn, chunkBox, volumeBox } from '../shared/volume/chunk-grid.ts';
import { planScales } from '../shared/volume/scales.ts';
import { writeChunk, writeVolumeInfo } from '../shared/volume/write-volume.ts';

export const benches = [{ name: 'viewer', run: benchViewer }];

const ROUNDS = 5;
const BOUND_SECONDS = 3;

async function benchViewer(print: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-bench-'));
  try {
    await writeBrain(folder);
    const { first, last, hosts } = await openings(folder);
    const verdict = median(first) <= BOUND_SECONDS ? 'held' : 'MISSED';
    print(`  first picture after ${listed(first)} (bound ${BOUND_SECONDS} s, ${verdict})`);
    print(`  every chunk in sight after ${listed(last)}`);
    print(`  hosts asked: ${[...hosts].join(', ')} (bound: 127.0.0.1 alone)`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const listed = (seconds: readonly number[]): string =>
  `${median(seconds).toFixed(2)} s: ${seconds.map((s) => s.toFixed(2)).join(' ')}`;

/** 512 x 512 x 256 voxels of uint16 with a pyramid: shells around the middle, and a little noise. */
async function writeBrain(folder: string): Promise<void> {
  const store = folderStore(folder);
  const mips = planScales({
    sizeVoxels: [512, 512, 256],
    voxelSizeUm: [5, 5, 10],
    chunkSize: [128, 128, 64],
    factor: 'auto',
    mips: 'auto',
    dataType: 'uint16',
  });
  await writeVolumeInfo(store, '', mips);
  for (const [level, mip] of mips.entries()) {
    for (const cell of cellsIn(mip, volumeBox({ ...mip, voxelOffset: [0, 0, 0] }))) {
      const box = chunkBox(mip, cell);
      const [width, height, depth] = boxSize(box);
      const voxels = new Uint16Array(width * height * depth);
      for (let i = 0; i < voxels.length; i++) {
        const x = box.start[0] + (i % width),
          y = box.start[1] + (Math.floor(i / width) % height),
          z = box.start[2] + Math.floor(i / (width * height));
        const radius = Math.hypot(
          x / mip.sizeVoxels[0] - 0.5,
          y / mip.sizeVoxels[1] - 0.5,
          z / mip.sizeVoxels[2] - 0.5,
        );
        voxels[i] = radius > 0.45 ? 100 : 500 + 400 * Math.sin(radius * 60) + ((i * 7919 + level) % 31);
      }
      await writeChunk(store, '', mip, cell, voxels);
    }
  }
}

interface Openings {
  /** Seconds, one a round. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly hosts: ReadonlySet<string>;
}

async function openings(place: string): Promise<Openings> {
  const { chromium } = await import('playwright-core');
  const volumes = await viewedVolumes(place);
  const files = new Map<string, string>();
  const stores = volumes.map(({ store }) => store);
  const server = await startLocalServer({ client: await clientFolder(), stores, files, port: 0 });
  const { layers } = await viewLayers(volumes, [], () => `${server.url}data/0`);
  files.set('state.json', JSON.stringify(viewerState(layers)));
  const first: number[] = [];
  const last: number[] = [];
  const hosts = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const browser = await chromium.launch({ executablePath: findChromium(), args: browserFlags() });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('request', (request) => hosts.add(new URL(request.url()).hostname));
    await page.goto(`${server.url}#!${server.url}state.json`);
    await page.evaluate(`(${FIRST_PICTURE})()`);
    first.push((performance.now() - start) / 1000);
    const { drawn, problems } = (await page.evaluate('cloudreg.whenDrawn(60000)')) as {
      drawn: boolean;
      problems: string[];
    };
    if (!drawn) throw new Error(`the view was not drawn: ${problems.join('; ')}`);
    last.push((performance.now() - start) / 1000);
    await browser.close();
  }
  await server.close();
  return { first, last, hosts };
}

/**
 * Run in the page: resolves after the first frame whose pixels show the data. Pixels are looked at from the first chunk on
 * only, because reading them waits for the frame.
 */
const FIRST_PICTURE = `() => new Promise((resolve) => {
  const { display, chunkManager } = viewer;
  const { gl } = display;
  const greysOf = ({ canvasRelativeClippedLeft: left, canvasRelativeClippedTop: top, renderViewport: size }) => {
    const pixels = new Uint8Array(64 * 64 * 4);
    const x = Math.round(left + size.width / 2) - 32;
    const y = Math.round(display.canvas.height - top - size.height / 2) - 32;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(x, y, 64, 64, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return new Set(pixels.filter((_, i) => i % 4 === 0)).size;
  };
  const look = () => {
    if ([...display.panels].some((panel) => panel.sliceView && greysOf(panel) >= 16)) resolve();
  };
  const forget = chunkManager.chunkQueueManager.visibleChunksChanged.add(() => {
    forget();
    display.updateFinished.add(look);
  });
})`;
