import { describe, expect, it } from 'vitest';
import { correctionPlanFile } from '../../../services/illumination-correction/apply/correction-plan.ts';
import { apply } from '../../../services/illumination-correction/apply.ts';
import { estimate } from '../../../services/illumination-correction/estimate.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import { readFile, writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { fieldBlock } from '../../../shared/illumination/block.ts';
import { readClipped } from '../../../shared/illumination/clipped.ts';
import type { IlluminationField } from '../../../shared/illumination/field.ts';
import { storedField } from '../../../shared/illumination/field.ts';
import { fieldFileAt } from '../../../shared/illumination/files.ts';
import type { Three } from '../../../shared/illumination/volume.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { blockBox, blockCount, planBlocks } from '../../../shared/volume/blocks.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { folderForTests } from '../../end-to-end/binary.ts';
import { phantom } from '../../illumination/phantom.ts';
import { runsAll } from '../../long.ts';
import { firstDifference } from '../first-difference.ts';
import { meanOracle } from '../mean-oracle.ts';
import { runSteps } from '../run-steps.ts';
import { correctVolume, refusal } from './correct-volume.ts';
import { readMip, type StoredArray, storeVolume } from './stored-volume.ts';

const size: Three = [75, 61, 37];
const voxelSizeUm: Three = [40, 40, 50];
const extent = size.map((voxels, axis) => voxels * voxelSizeUm[axis]!) as unknown as Three;

function noise(most: number, seed = 1): StoredArray {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: size[0] * size[1] * size[2] }, () => Math.round(most * random()));
  return { data, size, voxelSizeUm };
}

function someField(seed = 2): IlluminationField {
  const random = seededRandom(seed);
  const data = Float64Array.from({ length: 125 }, () => Math.fround(random() - 0.5));
  const lastUm = extent.map((um) => um - 60) as unknown as Three;
  return { lattice: { data, shape: [5, 5, 5] }, firstUm: [60, 60, 60], lastUm };
}

/** Calls `test` with the URL of a file that holds the field. */
async function withFieldFile<T>(
  field: IlluminationField,
  volumeSizeUm: Three,
  test: (url: string) => Promise<T>,
): Promise<T> {
  const folder = folderForTests();
  try {
    const store = await openStore(folder.path);
    await writeFile(store, fieldFileAt('field.json'), {
      ...storedField(field),
      volumeSizeUm: [...volumeSizeUm],
    });
    return await test(`${store.url}/field.json`);
  } finally {
    folder.remove();
  }
}

const correctWith = (array: StoredArray, storage: Parameters<typeof storeVolume>[1], field = someField()) =>
  withFieldFile(field, extent, async (illumination) => {
    const source = await storeVolume(array, storage);
    return { source, ...(await correctVolume(source, { illumination })) };
  });

/** value * factor in float32, rounded half to even and clipped as the type wants. */
function expected({ data }: StoredArray, field: IlluminationField, most: number): Float32Array {
  const factors = fieldBlock(field, { voxelSizeUm, origin: [0, 0, 0], size });
  return data.map((value, i) => Math.min(most, halfToEven(Math.fround(value * factors[i]!))));
}

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

const keysOf = async (store: ObjectStore) => {
  const keys: string[] = [];
  for await (const { key } of store.list(''))
    if (!key.startsWith('.cloudreg') && !key.startsWith('report')) keys.push(key);
  return keys;
};

const bytesOf = async (store: ObjectStore) =>
  Promise.all(
    (await keysOf(store)).map(async (key) => [
      key,
      Buffer.from((await store.get(key))!.bytes).toString('base64'),
    ]),
  );

const WHOLE_NUMBERS = [['uint16', 65_535], ...(runsAll ? ([['uint8', 255]] as const) : [])] as const;

describe('a volume that is corrected', () => {
  it.each(WHOLE_NUMBERS)(
    'of %s has every voxel times the factor at its centre, rounded once, and counted where it is clipped',
    async (dataType, most) => {
      const array = noise(most);
      const { store } = await correctWith(array, { dataType });
      expect(firstDifference(await readMip(store, 0), expected(array, someField(), most))).toBe(-1);
      const factors = fieldBlock(someField(), { voxelSizeUm, origin: [0, 0, 0], size });
      const clipped = array.data.filter((value, i) => Math.fround(value * factors[i]!) >= most + 0.5).length;
      expect(clipped).toBeGreaterThan(1000);
      expect(await readClipped(store, 'volume')).toBe(clipped);
      expect(await readClipped((await correctWith(noise(most / 4), { dataType })).store, 'volume')).toBe(0);
    },
  );

  it('of float32 is not rounded', async () => {
    const array = noise(3000);
    const { store } = await correctWith(array, { dataType: 'float32' });
    expect(await readClipped(store, 'volume')).toBe(0);
    const factors = fieldBlock(someField(), { voxelSizeUm, origin: [0, 0, 0], size });
    expect(
      firstDifference(
        await readMip(store, 0),
        array.data.map((value, i) => value * factors[i]!),
      ),
    ).toBe(-1);
  });

  it("has the source's scales, chunks and keys, and mips of unrounded voxels", async () => {
    const array = noise(4000);
    const { source, store } = await correctWith(array, {});
    const [before, after] = [await openVolume(source), await openVolume(store)];
    expect(after.info).toEqual({ ...before.info });
    expect((await keysOf(store)).filter((key) => key !== 'provenance')).toEqual(await keysOf(source));
    expect((await verifyVolume(store, '')).problems).toEqual([]);
    const factors = fieldBlock(someField(), { voxelSizeUm, origin: [0, 0, 0], size });
    const even = array.data.map((value, i) => Math.fround(value * factors[i]!));
    const factor = after.mips[1]!.factorFromPrevious;
    const mean = meanOracle({ size, voxels: even }, [factor]);
    const found = await readMip(store, 1);
    let worst = 0;
    for (let i = 0; i < found.length; i++) worst = Math.max(worst, Math.abs(found[i]! - mean.voxels[i]!));
    expect(worst).toBeLessThanOrEqual(0.51);
  });

  it('does not depend on how it is cut into chunks', async () => {
    const array = noise(4000);
    const voxels = async (chunkSize: Three) => readMip((await correctWith(array, { chunkSize })).store, 0);
    expect(firstDifference(await voxels([75, 61, 1]), await voxels([16, 8, 4]))).toBe(-1);
  });

  it('keeps an offset, and its first voxel is still the corner of the field', async () => {
    const array = noise(4000);
    const { source, store } = await correctWith(array, { voxelOffset: [64, -32, 16] });
    expect((await openVolume(store)).mips[0]!.voxelOffset).toEqual([64, -32, 16]);
    expect((await keysOf(store)).filter((key) => key !== 'provenance')).toEqual(await keysOf(source));
    expect(firstDifference(await readMip(store, 0), expected(array, someField(), 65_535))).toBe(-1);
  });

  it('has the same bytes each time, and leaves its source as it is, byte for byte', async () => {
    const source = await storeVolume(noise(4000));
    const before = await bytesOf(source);
    await withFieldFile(someField(), extent, async (illumination) => {
      const [first, again] = [
        await correctVolume(source, { illumination }),
        await correctVolume(source, { illumination }),
      ];
      expect(await bytesOf(first.store)).toEqual(await bytesOf(again.store));
    });
    expect(await bytesOf(source)).toEqual(before);
  });

  it('gets new scales where its own are no halvings', async () => {
    const array = noise(4000);
    const source = await storeVolume(array, { mips: 2 });
    const info = JSON.parse(new TextDecoder().decode((await source.get('info'))!.bytes));
    info.scales[1].resolution = info.scales[0].resolution.map((nm: number) => 3 * nm);
    info.scales[1].size = info.scales[0].size.map((voxels: number) => Math.ceil(voxels / 3));
    await source.put('info', new TextEncoder().encode(JSON.stringify(info)));
    const { store } = await withFieldFile(someField(), extent, (illumination) =>
      correctVolume(source, { illumination }),
    );
    const { mips } = await openVolume(store);
    expect(mips.map(({ factorFromPrevious }) => factorFromPrevious).slice(1)).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(firstDifference(await readMip(store, 0), expected(array, someField(), 65_535))).toBe(-1);
    expect((await verifyVolume(store, '')).problems).toEqual([]);
  });

  it('is the same in many small blocks and several passes as in one', async () => {
    const array = noise(4000);
    await withFieldFile(someField(), extent, async (illumination) => {
      const source = await storeVolume(array, { chunkSize: [16, 16, 8] });
      const parameters = jobParameters.parse({ illumination });
      const { store: whole } = await correctVolume(source, { illumination });
      const store = memoryStore();
      await runSteps([estimate], { source, store, parameters });
      const plan = await readFile(store, correctionPlanFile);
      const first = planBlocks(plan.mips, 0, 32 * 32 * 8);
      const passes = [first, planBlocks(plan.mips, first.lastMip, 2 ** 20, first.lastMip + 1)];
      expect(passes.map(({ lastMip }) => lastMip)).toEqual([1, plan.mips.length - 1]);
      for (const blocks of passes)
        for (let index = blockCount(blocks) - 1; index >= 0; index--) {
          const block = blockBox(blocks, plan.mips[blocks.sourceMip]!.sizeVoxels, index);
          const inputs = { plan, parameters };
          const spec = { blocks, block, isFirst: blocks === first && index === blockCount(blocks) - 1 };
          await apply.run(spec, { inputs, store, source });
        }
      for (const mip of [0, 1])
        expect(firstDifference(await readMip(store, mip), await readMip(whole, mip))).toBe(-1);
      const [found, expected] = [await readMip(store, 2), await readMip(whole, 2)];
      expect(found.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= 1))).toBe(-1);
      expect((await verifyVolume(store, '')).problems).toEqual([]);
    });
  });

  it('is read a layer of chunks at a time, each chunk once', async () => {
    const finest = '40000_40000_50000/';
    const layerChunks = 5 * 4;
    const read: string[] = [];
    let [written, mostHeld] = [0, 0];
    const inner = await storeVolume(noise(4000), { chunkSize: [16, 16, 4] });
    const source: ObjectStore = {
      ...inner,
      get: (key) => {
        if (key.startsWith(finest)) mostHeld = Math.max(mostHeld, read.push(key) - written);
        return inner.get(key);
      },
    };
    const target = memoryStore('memory://corrected');
    const store: ObjectStore = {
      ...target,
      put: (key, ...rest) => {
        if (key.startsWith(finest)) written++;
        return target.put(key, ...rest);
      },
    };
    await withFieldFile(someField(), extent, async (illumination) => {
      await runSteps([estimate], { source, store, parameters: { illumination } });
      read.length = 0;
      mostHeld = 0;
      await runSteps([apply], { source, store, parameters: { illumination } });
    });
    // A task has several layers: what is read and not yet written is never more than one of them.
    expect([read.length, new Set(read).size, written]).toEqual(new Array(3).fill(10 * layerChunks));
    expect(mostHeld).toBe(layerChunks);
  });

  it('keeps the sum over the tissue', async () => {
    const brain = phantom([64, 60, 50], (x, y, z) => 0.5 * x - 0.3 * y + 0.3 * z, [100, 100, 100]);
    const { store, decision } = await correctVolume(await storeVolume(brain, { mips: 1 }), {
      illumination: 'n4',
    });
    expect(decision.decision).toBe('apply');
    const after = await readMip(store, 0);
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(after) / sum(brain.data)).toBeCloseTo(1, 2);
  });
});

describe('a field', () => {
  it('of another volume is refused with both sizes', async () => {
    const source = await storeVolume(noise(4000));
    const message = await withFieldFile(someField(), [9000, 8000, 7000], (illumination) =>
      refusal(correctVolume(source, { illumination })),
    );
    expect(message).toMatch(
      /IlluminationError: .*field.json was made for a volume of 9000 x 8000 x 7000 um, this one has 3000 x 2440 x 1850 um/,
    );
  });

  it('that is no field, or is not there, is refused', async () => {
    const source = await storeVolume(noise(4000));
    const folder = folderForTests();
    const store = await openStore(folder.path);
    await store.put('other.json', new TextEncoder().encode('{"format":"something else"}'));
    expect(await refusal(correctVolume(source, { illumination: `${store.url}/other.json` }))).toMatch(
      /IlluminationError: .*other.json is no illumination field: .*format/s,
    );
    expect(await refusal(correctVolume(source, { illumination: `${store.url}/none.json` }))).toMatch(
      /IlluminationError: .*none.json is not there\. Give a field.json of another job/,
    );
    folder.remove();
  });
});

describe('a volume that cannot be corrected', () => {
  it.each([
    [{ type: 'segmentation' }, /is a segmentation: its voxels are labels/],
    [{ data_type: 'uint64' }, /holds uint64 voxels/],
    [{ num_channels: 3 }, /has 3 channels in one volume/],
  ])('is refused by what it is: %j', async (change, message) => {
    const source = await storeVolume(noise(4000), { mips: 1 });
    const info = JSON.parse(new TextDecoder().decode((await source.get('info'))!.bytes));
    await source.put('info', new TextEncoder().encode(JSON.stringify({ ...info, ...change })));
    const refused = await refusal(correctVolume(source, { illumination: 'n4' }));
    expect(refused).toMatch(message);
    expect(refused).toMatch(/^IlluminationError: memory:\/\/volume .*uint8, uint16 or float32/);
  });

  const fill = (value: (i: number) => number): StoredArray => ({
    ...noise(1),
    data: noise(1).data.map((_, i) => value(i)),
  });

  it.each([
    ['nothing', fill(() => 0), /all voxels are 0/],
    ['one value', fill(() => 7), /all voxels that are not 0 are 7/],
    [
      'a speck',
      fill((i) => (i === 90_000 ? 900 : 1 + (i % 7))),
      /no tissue was found|less than one cell of the spline/,
    ],
    [
      'a negative voxel',
      fill((i) => (i === 76 ? -3 : i % 50)),
      /voxel \(1, 1, 0\) of scale \S+ is -3; expected finite/,
    ],
    [
      'no number',
      fill((i) => (i === 75 * 61 ? Number.NaN : i % 50)),
      /voxel \(0, 0, 1\) of scale \S+ is NaN/,
    ],
    ['infinity', fill((i) => (i === 4 ? Number.POSITIVE_INFINITY : i % 50)), /is Infinity; expected finite/],
  ])('says so where it holds %s', async (_, array, message) => {
    const source = await storeVolume(array, { dataType: 'float32', mips: 1 });
    const store = memoryStore();
    const refused = await refusal(correctVolume(source, { illumination: 'auto' }, store));
    expect(refused).toMatch(
      /^IlluminationError: The illumination of memory:\/\/volume cannot be estimated: /,
    );
    expect(refused).toMatch(message);
    expect(await keysOf(store)).toEqual([]);
  });

  it('is not written where auto leaves it as it is', async () => {
    const brain = phantom([64, 60, 50], () => 0, [100, 100, 100]);
    const { store, decision } = await correctVolume(await storeVolume(brain, { mips: 1 }), {
      illumination: 'auto',
    });
    expect(decision).toMatchObject({ decision: 'none', isProblem: false });
    expect(decision.statement).toMatch(/^Volume: illumination left as it is \(.*estimated from scale/);
    expect(await keysOf(store)).toEqual([]);
  });
});
