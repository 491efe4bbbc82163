import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { expose, normalTable, vignetteOf } from '../../../cli/phantom/camera.ts';
import { makePhantomAcquisition, type PhantomOptions } from '../../../cli/phantom/make-phantom.ts';
import { demoPhantom, type PhantomPlan, phantomTiles } from '../../../cli/phantom/plan.ts';
import { renderTile } from '../../../cli/phantom/render-tile.ts';
import { scanColm } from '../../../shared/acquisition/colm/scan-colm.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const small = { rows: 2, columns: 2, tileSize: [64, 48, 6], missing: [3], jitter: [3, 3, 1] } as const;

async function make(options: Partial<PhantomOptions> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-phantom-'));
  folders.push(folder);
  await makePhantomAcquisition({ ...small, ...options, folder });
  return folder;
}

/** Hash of every file by name. */
async function digest(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const entries = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [
      path.slice(folder.length),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ];
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe('the phantom acquisition', () => {
  it('is a COLM acquisition without any problem, uncompressed, one tile absent', async () => {
    const { acquisition, problems } = await scanColm(folderStore(await make()), { channels: 'all' });
    expect(problems).toEqual([]);
    expect(acquisition).toMatchObject({
      dataType: 'uint16',
      tileSize: [64, 48, 6],
      grid: { rows: 2, columns: 2 },
      nominalStep: { x: 54, y: 40 },
      channels: [0, 1],
      magnification: 10,
      voxelSizeUm: [(0.585 * 2048) / 64, (0.585 * 2048) / 64, 5],
    });
    expect(acquisition.tiles.map(({ loc }) => loc)).toEqual([0, 1, 2]);
    for (const { stacks } of acquisition.tiles)
      for (const { compressed, layout, missing } of stacks)
        expect([compressed, layout?.littleEndian, missing]).toEqual([false, true, []]);
  });

  it('says where its tiles truly lie, within the errors of the stage', async () => {
    const truth = JSON.parse(await readFile(join(await make(), 'truth.json'), 'utf8'));
    expect(truth).toMatchObject({
      format: 'colm-truth/1',
      grid: { rows: 2, cols: 2 },
      tile_size: [64, 48, 6],
      nominal_step: [54, 40],
      background: 110,
    });
    expect(truth.tiles.map((tile: { present: boolean }) => tile.present)).toEqual([true, true, true, false]);
    for (const tile of truth.tiles)
      for (const axis of [0, 1, 2]) {
        const error = tile.true_voxel[axis] - tile.nominal_voxel[axis];
        expect(tile.error_voxel[axis]).toBeCloseTo(error, 6);
        expect(Math.abs(error)).toBeLessThanOrEqual(small.jitter[axis]!);
        expect(error).not.toBe(0);
      }
    expect(truth.pairs.map(({ a, b, axis }: Record<string, unknown>) => [a, b, axis])).toEqual([
      [0, 1, 'x'],
      [0, 2, 'y'],
    ]);
  });

  it('has the same bytes for the same seed and others for another', async () => {
    const [first, again, other] = await Promise.all(
      [make(), make(), make({ seed: 2 })].map(async (f) => digest(await f)),
    );
    expect(again).toEqual(first);
    const plane = '/VW0/LOC000/VW0_LOC000D_CM0_CHN00_PLN0003.tif';
    expect(Object.keys(first!)).toContain(plane);
    expect(other![plane]).not.toBe(first![plane]);
  });

  it.skipIf(!existsSync(new URL('../../../dist/program/tile-worker.js', import.meta.url)))(
    'has the same bytes when threads make it (needs the build)',
    async () => {
      const steps: number[][] = [];
      const onProgress = (...step: number[]) => void steps.push(step);
      expect(await digest(await make({ threads: 2, onProgress }))).toEqual(await digest(await make()));
      expect(steps).toHaveLength(6);
      expect(steps.at(-1)).toEqual([36, 36]);
    },
  );
});

describe('what a tile of the phantom shows', () => {
  const plan: PhantomPlan = {
    ...demoPhantom,
    rows: 1,
    columns: 2,
    tileSize: [96, 80, 4],
    missing: [],
    jitter: [0, 0, 0],
  };
  const planes = (position: readonly [number, number, number], channel = 0): Float32Array[] => {
    const [tile] = phantomTiles(plan);
    return Array.from(renderTile(plan, { ...tile!, position }, channel), (plane) => plane.slice());
  };

  it.each([0, 1])('depends on the place alone, not on the tile (channel %i)', (channel) => {
    const [a, b] = [planes([10.25, 3.5, 0.75], channel), planes([13.25, 5.5, 1.75], channel)];
    let [largest, light] = [0, 0];
    for (let z = 0; z < 3; z++)
      for (let y = 0; y < 70; y++)
        for (let x = 0; x < 90; x++) {
          const [here, there] = [a[z + 1]![(y + 2) * 96 + x + 3]!, b[z]![y * 96 + x]!];
          largest = Math.max(largest, Math.abs(here - there));
          light = Math.max(light, here);
        }
    expect(light).toBeGreaterThan(200);
    expect(largest).toBeLessThan(0.5);
  });

  it('changes by little when it moves by a fraction of a voxel', () => {
    const [at, moved, far] = [planes([20, 10, 0]), planes([20.1, 10, 0]), planes([23, 10, 0])] as const;
    const difference = (b: Float32Array[]): number =>
      Math.sqrt(at[2]!.reduce((sum, value, i) => sum + (value - b[2]![i]!) ** 2, 0));
    expect(difference(moved)).toBeGreaterThan(0);
    expect(difference(moved)).toBeLessThan(0.2 * difference(far));
  });
});

describe('the camera of the phantom', () => {
  const camera = { vignette: 0, background: 110, readNoise: 4, electronsPerCount: 2 };
  const light = new Float32Array(256 * 256).fill(500);

  it('adds its offset and noise of the right size', () => {
    const counts = expose(light, vignetteOf(camera, 256, 256, 1), camera, normalTable(), 5);
    const mean = counts.reduce((sum, value) => sum + value, 0) / counts.length;
    const variance = counts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / counts.length;
    expect(mean).toBeGreaterThan(609.5);
    expect(mean).toBeLessThan(610.5);
    // Shot noise 500 / 2, read noise 16, rounding 1/12: within 3 %, six standard errors of 65,536 pixels.
    expect(Math.abs(variance / (250 + 16 + 1 / 12) - 1)).toBeLessThan(0.03);
  });

  it('is darker in the corners and never wraps around', () => {
    const { factor } = vignetteOf({ ...camera, vignette: 0.4 }, 256, 256, 1);
    expect(factor[0]).toBeLessThan(0.75);
    expect(factor[128 * 256 + 128]).toBeGreaterThan(0.97);
    const bright = light.map((_, i) => (i % 2 === 0 ? 1e6 : -1e6));
    const counts = expose(bright, vignetteOf(camera, 256, 256, 1), camera, normalTable(), 5);
    expect(counts[0]).toBe(65_535);
    expect(Math.abs(counts[1]! - 110)).toBeLessThan(40);
  });
});
