import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { brightnessWindow } from '../../shared/viewer/brightness-window.ts';
import { transformJson } from '../../shared/viewer/layer.ts';
import { type ViewedLayer, viewerState } from '../../shared/viewer/state.ts';
import { coloured, volumeLayers } from '../../shared/viewer/volume-layers.ts';
import { openVolume, type Volume } from '../../shared/volume/open-volume.ts';

const image = (name: string, more: object = {}): ViewedLayer => ({
  layer: { type: 'image', name, url: `https://host/${name}`, ...more },
  extent: { startUm: [0, 0, 0], endUm: [1600, 1200, 1600], voxelUm: [10, 10, 20] },
});

/** One mip of uint16, x fastest, plain. */
async function volumeOf(size: readonly [number, number, number], voxels: readonly number[]): Promise<Volume> {
  const store = memoryStore();
  const scale = { key: 's', size, resolution: [10000, 10000, 20000], chunk_sizes: [size], encoding: 'raw' };
  const info = { type: 'image', data_type: 'uint16', num_channels: 1, scales: [scale] };
  await store.put('info', Buffer.from(JSON.stringify(info)));
  const name = size.map((length) => `0-${length}`).join('_');
  await store.put(`s/${name}`, new Uint8Array(Uint16Array.from(voxels).buffer));
  return openVolume(store);
}

describe('the state of a view', () => {
  it('gives dimensions, position and scales together, in units of the finest voxel', () => {
    const fine = image('fine', {});
    const coarse: ViewedLayer = {
      ...image('coarse'),
      extent: { startUm: [0, 0, 0], endUm: [1600, 1200, 1600], voxelUm: [50, 5, 50] },
    };
    expect(viewerState([fine, coarse])).toMatchObject({
      dimensions: { x: [1e-5, 'm'], y: [5e-6, 'm'], z: [2e-5, 'm'] },
      position: [80, 120, 40],
      crossSectionScale: 1600 / 5 / 400,
      projectionScale: 480,
      layout: '4panel',
    });
  });

  it('says nothing of dimensions where nothing is known', () => {
    expect(viewerState([{ layer: { type: 'image', name: 'a', url: 'https://host/a' } }])).not.toHaveProperty(
      'dimensions',
    );
  });

  it('names zarr and its version, and maps all of its axes, slowest first', () => {
    const affine = [
      [1, 2, 3, 40],
      [5, 6, 7, 80],
      [9, 10, 11, 120],
    ] as const;
    const format = { scheme: 'zarr3', leadingAxes: ["c'"] } as const;
    const state = viewerState([image('brain', { format, affineUm: affine, channel: 1 })]);
    expect((state as { layers: object[] }).layers[0]).toMatchObject({
      source: {
        url: 'zarr3://https://host/brain',
        transform: {
          matrix: [
            [1, 0, 0, 0, 0],
            [0, 11, 10, 9, 6],
            [0, 7, 6, 5, 8],
            [0, 3, 2, 1, 4],
          ],
        },
      },
      localDimensions: { "c'": [1, ''] },
      localPosition: [1],
    });
    const { transform } = (state as { layers: { source: { transform: { outputDimensions: object } } }[] })
      .layers[0]!.source;
    expect(Object.keys(transform.outputDimensions)).toEqual(["c'", 'z', 'y', 'x']);
  });

  it('keeps the linear part of an affine physical, and counts its last column in output voxels', () => {
    // Worked values of VIEWER section 5.
    const affine = [
      [1, 0, 0, 1000],
      [0, 1, 0, -500],
      [0, 0, 1, 250],
    ] as const;
    const columns = (um: number) =>
      (transformJson(affine, [um, um, um]) as { matrix: number[][] }).matrix.map((row) => row[3]);
    expect(columns(100)).toEqual([10, -5, 2.5]);
    expect(columns(10)).toEqual([100, -50, 25]);
    expect(affine[0][3]).toBe(1000);
  });

  it('looks at the middle of a turned volume', () => {
    const affineUm = [
      [0, -1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ];
    expect(viewerState([image('turned', { affineUm })])).toMatchObject({ position: [-60, 80, 40] });
  });

  it('shows points in units of the axes', () => {
    const points: ViewedLayer = {
      layer: { type: 'annotation', name: 'cells', points: [{ id: 'a', point: [100, 50, 40] }] },
    };
    const state = viewerState([image('brain'), points]) as { layers: { annotations?: object[] }[] };
    expect(state.layers[1]!.annotations).toEqual([
      { id: 'a', type: 'point', point: [10, 5, 2], description: 'a' },
    ]);
  });

  it('is not made dark by a few hot voxels', async () => {
    const voxels = Array.from({ length: 10_000 }, (_, i) => (i % 100) + 100);
    voxels[77] = 65535;
    const [black, white] = await brightnessWindow(await volumeOf([100, 100, 1], voxels));
    expect([black, white]).toEqual([100, 199]);
  });

  it('shows a volume of one value, and one of nothing', async () => {
    expect(await brightnessWindow(await volumeOf([2, 2, 1], [7, 7, 7, 7]))).toEqual([0, 7]);
    expect(await brightnessWindow(await volumeOf([2, 2, 1], [0, 0, 0, 0]))).toEqual([0, 1]);
  });

  it('gives several images colours that add up, and one none', async () => {
    const volume = await volumeOf([2, 2, 1], [1, 2, 3, 4]);
    const one = await volumeLayers(volume, { name: 'a', url: 'https://host/a' });
    expect(coloured(one)).toEqual(one);
    const two = coloured([...one, ...one.map((viewed) => ({ ...viewed }))]);
    expect(two.map(({ layer }) => (layer as { colour?: string }).colour)).toEqual(['#ff00ff', '#00ff00']);
  });
});
