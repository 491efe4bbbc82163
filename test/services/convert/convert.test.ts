import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readClippedVoxels } from '../../../services/ingest/conversion/clipped-voxels.ts';
import { tasksOf } from '../../../services/ingest/conversion/conversion-geometry.ts';
import { convert } from '../../../services/ingest/convert.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import type { ElementArray, ElementType } from '../../../shared/formats/elements.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { chunkCount } from '../../../shared/volume/chunk-grid.ts';
import { bytesOf, dataTypes, type VoxelArray } from '../../../shared/volume/data-type.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { inFolder } from '../../end-to-end/binary.ts';
import { firstDifference } from '../first-difference.ts';
import { meanOracle } from '../mean-oracle.ts';
import { type Converted, convertHere, noise, voxelsOfMip, writeNrrd, writeSeries } from './convert-here.ts';
import { majorityOracle } from './majority-oracle.ts';

const size: Vec3 = [45, 37, 29];
const chunks = { chunkSize: [16, 16, 8] as [number, number, number] };
/** So many blocks and passes as there can be. */
const SMALL = 2 ** 10;
/** Shards of eight chunks of two bytes a voxel, and many blocks. */
const SMALL_SHARDS = 2 ** 14;
const ROUTES = [
  ['by planes', undefined, false],
  ['by bricks', SMALL, false],
  ['by bricks into shards', SMALL_SHARDS, true],
] as const;

const same = (found: VoxelArray, given: ElementArray): boolean =>
  Buffer.compare(bytesOf(found), Buffer.from(given.buffer, given.byteOffset, given.byteLength)) === 0;

async function expectSound({ store, tasks }: Converted, isSmall: boolean): Promise<void> {
  expect((await verifyVolume(store, '')).problems).toEqual([]);
  if (isSmall) expect(tasks).toBeGreaterThan(10);
}

describe.each(ROUTES)('a conversion %s', (_, budget, sharded) => {
  it.each(dataTypes)('gives back every voxel of %s', (type) =>
    inFolder(async (folder) => {
      const data = noise(type, size, 1);
      const converted = await convertHere(writeNrrd(folder, data, size), {
        parameters: chunks,
        conversion: { mode: 'image', sharded },
        ...(budget === undefined ? {} : { budget }),
      });
      await expectSound(converted, budget === SMALL);
      expect(converted.volume.info.data_type).toBe(type);
      expect(same(await voxelsOfMip(converted.volume, 0), data)).toBe(true);
    }),
  );

  it.each<Vec3>([
    [1, 1, 1],
    [1, 33, 2],
    [50, 1, 17],
    [16, 16, 8],
    [17, 16, 9],
  ])('takes a volume of %j voxels', (...shape) =>
    inFolder(async (folder) => {
      const data = noise('uint16', shape, 2);
      const converted = await convertHere(writeNrrd(folder, data, shape), {
        parameters: { ...chunks, mips: 4 },
        conversion: { sharded },
        ...(budget === undefined ? {} : { budget }),
      });
      await expectSound(converted, false);
      expect(same(await voxelsOfMip(converted.volume, 0), data)).toBe(true);
    }),
  );

  it.each(['uint8', 'uint16', 'float32', 'int16', 'int32'] as const)(
    'makes every mip of %s by means',
    (type) =>
      inFolder(async (folder) => {
        const data = noise(type, size, 3);
        const { volume, passes, plan } = await convertHere(writeNrrd(folder, data, size), {
          parameters: { ...chunks, mips: 5 },
          conversion: { sharded },
          ...(budget === undefined ? {} : { budget }),
        });
        const isPlain = type === 'uint8' || type === 'uint16' || type === 'float32';
        for (const [from, last] of passes) {
          let above = {
            size: plan.mips[from]!.sizeVoxels,
            voxels: (await voxelsOfMip(volume, from)) as Float32Array,
          };
          for (let mip = from + 1; mip <= last; mip++) {
            const oracle = meanOracle(above, [plan.mips[mip]!.factorFromPrevious]);
            const found = (await voxelsOfMip(volume, mip)) as Float32Array;
            // Four mips of float32 in eighths are exact.
            const rounded =
              type === 'float32'
                ? oracle.voxels
                : Array.from(oracle.voxels, (value) => halfToEven(value) + 0);
            expect(firstDifference(found, rounded), `mip ${mip}`).toBe(-1);
            above = { size: [...oracle.size], voxels: (isPlain ? oracle.voxels : found) as Float32Array };
          }
        }
      }),
  );

  it.each(['raw', 'compressed_segmentation'] as const)(
    'makes every mip of labels as %s by majority, ties to the smallest',
    (encoding) =>
      inFolder(async (folder) => {
        for (const type of ['uint32', 'uint64'] as const) {
          const data = noise(type, size, 4, 4);
          const converted = await convertHere(writeNrrd(folder, data, size), {
            parameters: { ...chunks, mips: 4 },
            conversion: { mode: 'segmentation', encoding, sharded },
            ...(budget === undefined ? {} : { budget }),
          });
          await expectSound(converted, budget === SMALL);
          const { volume, plan } = converted;
          expect(volume.info.type).toBe('segmentation');
          expect(volume.info.scales[0].encoding).toBe(encoding);
          let oracle = { size, voxels: data as ArrayLike<number | bigint> };
          for (let mip = 0; mip < 4; mip++) {
            if (mip > 0) oracle = majorityOracle(oracle, plan.mips[mip]!.factorFromPrevious);
            const found = (await voxelsOfMip(volume, mip)) as ArrayLike<number | bigint>;
            // Of labels as of numbers: equal ones are the same.
            const [a, b] = [found, oracle.voxels] as [ArrayLike<number>, ArrayLike<number>];
            expect(firstDifference(a, b), `${type}, mip ${mip}`).toBe(-1);
          }
        }
      }),
  );

  it('turns axes as it is told', () =>
    inFolder(async (folder) => {
      const data = noise('uint16', size, 5) as Uint16Array;
      const file = writeNrrd(folder, data, size);
      for (const [orientation, order, flip] of TURNS) {
        const { volume } = await convertHere(file, {
          parameters: { ...chunks, mips: 1 },
          conversion: { orientation, voxelSize: [1, 2, 3], sharded },
          ...(budget === undefined ? {} : { budget }),
        });
        const turned = order.map((axis) => size[axis]!);
        expect(volume.mips[0]!.sizeVoxels).toEqual(turned);
        expect(volume.mips[0]!.resolutionNm).toEqual(order.map((axis) => 1000 * (axis + 1)));
        const found = await voxelsOfMip(volume, 0);
        const at = [0, 0, 0];
        let wrong = 0;
        for (let i = 0; i < found.length; i++) {
          const place = [
            i % turned[0]!,
            Math.floor(i / turned[0]!) % turned[1]!,
            Math.floor(i / (turned[0]! * turned[1]!)),
          ];
          for (const k of [0, 1, 2]) at[order[k]!] = flip[k]! > 0 ? place[k]! : turned[k]! - 1 - place[k]!;
          if (found[i] !== data[at[0]! + size[0] * (at[1]! + size[1] * at[2]!)]) wrong += 1;
        }
        expect(wrong, orientation).toBe(0);
      }
    }));
});

/** From:to, the input's axis along each of the output's, and whether it runs the same way. */
const TURNS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['RAS:RAS', [0, 1, 2], [1, 1, 1]],
  ['RAS:LPI', [0, 1, 2], [-1, -1, -1]],
  ['RIP:PIR', [2, 1, 0], [1, 1, 1]],
  ['RAS:PSL', [1, 2, 0], [-1, 1, -1]],
];

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The greatest of float32. */
const FLOAT = (2 - 2 ** -23) * 2 ** 127;

const listed = (voxels: VoxelArray): (number | bigint)[] => Array.from(voxels as Iterable<number | bigint>);

const most = (type: ElementType): ElementArray => noise(type, size, 6);

describe('a conversion', () => {
  it('reads a folder of slices in the order of their numbers', () =>
    inFolder(async (folder) => {
      for (const type of ['uint8', 'uint16', 'float32'] as const) {
        const data = most(type) as Uint16Array;
        const { volume, plan, bytesRead } = await convertHere(writeSeries(join(folder, type), data, size), {
          parameters: chunks,
        });
        expect(plan.route).toBe('planes');
        expect(bytesRead / data.byteLength).toBeGreaterThan(1);
        // A plane of a few rows lies wholly in what is read for its header.
        expect(bytesRead / data.byteLength).toBeLessThan(3);
        expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
      }
    }));

  it.each([
    ['uint8', 2 ** 12],
    ['uint16', 2 ** 13],
    ['float32', 2 ** 14],
  ] as const)(
    'reads %s by rows where planes are too large, each row once, and makes no bricks',
    (type, budget) =>
      inFolder(async (folder) => {
        const tall: Vec3 = [45, 77, 29];
        const data = noise(type, tall, 7) as Uint16Array;
        const series = writeSeries(folder, data, tall);
        const wishes = { parameters: chunks, conversion: { mode: 'image' } } as const;
        const [rows, planes] = [
          await convertHere(series, { ...wishes, budget }),
          await convertHere(series, wishes),
        ];
        expect([rows.plan.route, planes.plan.route]).toEqual(['rows', 'planes']);
        expect(rows.tasks).toBeGreaterThan(planes.tasks);
        // Coarser ones are means of what was stored, and rounded once more.
        for (let mip = 0; mip <= rows.passes[0]![1]; mip++)
          expect(same(await voxelsOfMip(rows.volume, mip), await voxelsOfMip(planes.volume, mip))).toBe(true);
        expect(same(await voxelsOfMip(rows.volume, 0), data)).toBe(true);
      }),
  );

  it('cuts rows out of a plane that is compressed among others that are not', () =>
    inFolder(async (folder) => {
      const tall: Vec3 = [45, 77, 9];
      const data = noise('uint16', tall, 7) as Uint16Array;
      const series = writeSeries(folder, data, tall);
      const fifth = join(series, 'slice 5.tif');
      await sharp(fifth).toColourspace('grey16').tiff({ compression: 'deflate' }).toFile(`${fifth}f`);
      rmSync(fifth);
      const { plan, volume } = await convertHere(series, { parameters: chunks, budget: 2 ** 13 });
      expect(plan.route).toBe('rows');
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
    }));

  it('writes the finest mip once where the next does not fit with it', () =>
    inFolder(async (folder) => {
      const data = most('int16');
      const { volume, plan, passes } = await convertHere(writeNrrd(folder, data, size), {
        parameters: chunks,
        conversion: { mode: 'image', voxelSize: [1, 1, 1] },
        budget: 2 ** 15,
      });
      expect([plan.route, passes[0], passes[1]?.[0]]).toEqual(['planes', [0, 0], 0]);
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
    }));

  it.each([
    ['gzip', 'raw', { minishard_index_encoding: 'gzip', data_encoding: 'gzip' }],
    ['none', 'raw', { minishard_index_encoding: 'raw', data_encoding: 'raw' }],
    ['gzip', 'png', { minishard_index_encoding: 'gzip', data_encoding: 'raw' }],
  ] as const)('puts chunks together in shards, with %s as %s', (compress, encoding, packing) =>
    inFolder(async (folder) => {
      const data = most('uint16');
      const converted = await convertHere(writeNrrd(folder, data, size), {
        parameters: { ...chunks, mips: 3, compress },
        conversion: { sharded: true, encoding },
        budget: SMALL_SHARDS,
      });
      await expectSound(converted, false);
      const { store, volume } = converted;
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
      const files = new Map<string, number>();
      for await (const { key } of store.list('')) {
        const [scale, file] = key.split('/') as [string, string | undefined];
        if (file?.endsWith('.shard')) files.set(scale, (files.get(scale) ?? 0) + 1);
        else expect(key).toMatch(/^(info|provenance|\.cloudreg\/.*)$/);
      }
      for (const { sharding } of volume.mips)
        expect(sharding).toMatchObject({ hash: 'identity', ...packing });
      const [finest] = volume.mips;
      expect([chunkCount(finest!), files.get(finest!.key)]).toEqual([36, 8]);
    }),
  );

  it('reads planes once into shards, of a layer that is a shard deep', () =>
    inFolder(async (folder) => {
      const data = most('uint16') as Uint16Array;
      const { volume, plan } = await convertHere(writeSeries(folder, data, size), {
        parameters: { ...chunks, mips: 3 },
        conversion: { sharded: true },
        budget: 2 ** 15,
      });
      expect(plan.route).toBe('planes');
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
    }));

  it('refuses shards that hold one chunk', () =>
    inFolder(async (folder) => {
      const converting = convertHere(writeNrrd(folder, most('uint16'), size), {
        parameters: chunks,
        conversion: { sharded: true },
        budget: SMALL,
      });
      await expect(converting).rejects.toThrow(
        /one of 16 x 16 x 8 voxels takes .* Give a smaller --chunk-size/,
      );
    }));

  it('reads gzip forwards once, in one task, and then from bricks', () =>
    inFolder(async (folder) => {
      const data = most('uint16');
      const file = writeNrrd(folder, data, size, 'gzip');
      const { volume, plan, store, bytesRead } = await convertHere(file, {
        parameters: chunks,
        budget: SMALL,
      });
      expect(plan).toMatchObject({ route: 'bricks', isForwardOnly: true });
      expect(bytesRead / statSync(file).size).toBeCloseTo(1, 1);
      for await (const { key } of store.list('.cloudreg/')) expect(key).not.toMatch(/bricks/);
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
    }));

  it('never takes bricks that are gone for zeros', () =>
    inFolder(async (folder) => {
      const data = most('uint16');
      const file = writeNrrd(folder, data, size, 'gzip');
      const { store, plan, volume } = await convertHere(file, { parameters: chunks, budget: SMALL });
      const inputs = { plan, parameters: jobParameters.parse({ conversion: {} }) };
      const block = tasksOf(plan, 1).task(0);
      expect(block).toMatchObject({ kind: 'block', readsInput: true });
      const late = convert.run(block, { inputs, store, source: await openStore(file) });
      await expect(late).rejects.toThrow(/bricks\/.* is gone: the conversion is over/);
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
    }));

  it('writes pictures: PNG without loss, JPEG nearly so, in one and three channels', () =>
    inFolder(async (folder) => {
      const smooth = Uint8Array.from({ length: 3 * 45 * 37 * 29 }, (_, i) => 100 + 60 * Math.sin(i / 40));
      const wide = Uint16Array.from(smooth, (value) => value * 200);
      for (const channels of [1, 3])
        for (const [given, encoding, most] of [
          [smooth, 'png', 0],
          [wide, 'png', 0],
          [smooth, 'jpeg', 10],
        ] as const) {
          const data = given.slice(0, channels * 45 * 37 * 29);
          const file = writeNrrd(folder, data, channels === 1 ? size : [...size, 3]);
          const converted = await convertHere(file, { parameters: chunks, conversion: { encoding } });
          await expectSound(converted, false);
          const found = await voxelsOfMip(converted.volume, 0);
          const off = Array.from(data, (value, i) => Math.abs(value - Number(found[i])));
          const worst = off.reduce((far, one) => Math.max(far, one), 0);
          expect(worst, `${encoding}, ${channels}`).toBeLessThanOrEqual(most);
        }
    }));

  it('compresses as it is told', () =>
    inFolder(async (folder) => {
      for (const type of ['uint16', 'int16', 'uint64'] as const) {
        const file = writeNrrd(folder, noise(type, size, 7, 50), size);
        for (const compress of ['gzip', 'zlib', 'none'] as const) {
          const { store, plan } = await convertHere(file, { parameters: { ...chunks, compress } });
          const stored = await store.get(`${plan.mips[0]!.key}/0-16_0-16_0-8`);
          expect(stored?.encoding).toBe(compress === 'none' ? undefined : 'gzip');
          const bytes = compress === 'none' ? stored!.bytes : gunzipSync(stored!.bytes);
          expect(bytes.length).toBe(16 * 16 * 8 * noise(type, [1, 1, 1], 1).BYTES_PER_ELEMENT);
        }
      }
    }));

  it('rounds half to even, cuts to the range of the type, and counts what it cut', () =>
    inFolder(async (folder) => {
      const given = [
        -1,
        -0.4,
        0.5,
        1.5,
        2.5,
        254.5,
        255.5,
        256,
        1e9,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        7,
      ];
      const expected = [0, 0, 0, 2, 2, 254, 255, 255, 255, 0, 255, 7];
      for (const budget of [undefined, 8]) {
        const { volume, store } = await convertHere(writeNrrd(folder, Float64Array.from(given), [12, 1, 1]), {
          parameters: { ...chunks, mips: 1 },
          conversion: { dtype: 'uint8' },
          ...(budget === undefined ? {} : { budget }),
        });
        expect(listed(await voxelsOfMip(volume, 0))).toEqual(expected);
        expect(await readClippedVoxels(store)).toBe(6);
      }
    }));

  it.each([
    { type: 'int64', given: [-1n, 5n, 2n ** 40n], dtype: 'uint64', kept: [0n, 5n, 2n ** 40n], cut: 1 },
    { type: 'int64', given: [-1n, 5n, 2n ** 40n], dtype: 'int32', kept: [-1, 5, 2 ** 31 - 1], cut: 1 },
    { type: 'uint64', given: [2n ** 64n - 1n, 3n, 0n], dtype: 'float32', kept: [2 ** 64, 3, 0], cut: 0 },
    { type: 'int16', given: [-5, 300, 32767], dtype: 'uint64', kept: [0n, 300n, 32767n], cut: 1 },
    { type: 'int16', given: [-5, 300, 32767], dtype: 'int8', kept: [-5, 127, 127], cut: 2 },
    { type: 'uint16', given: [0, 40_000, 65_535], dtype: 'int16', kept: [0, 32_767, 32_767], cut: 2 },
    { type: 'float64', given: [1e300, -1e300, 0.5], dtype: 'float32', kept: [FLOAT, -FLOAT, 0.5], cut: 2 },
  ] as const)('never wraps: $type to $dtype', ({ type, given, dtype, kept, cut }) =>
    inFolder(async (folder) => {
      const data = noise(type, [3, 1, 1], 1);
      for (const [i, value] of given.entries()) data[i] = value;
      const { volume, store } = await convertHere(writeNrrd(folder, data, [3, 1, 1]), {
        parameters: { ...chunks, mips: 1 },
        conversion: { dtype, mode: 'image' },
      });
      expect(listed(await voxelsOfMip(volume, 0))).toEqual(kept);
      expect(await readClippedVoxels(store)).toBe(cut);
    }),
  );

  it('stores a precomputed volume anew: other chunks, another encoding, the same place', () =>
    inFolder(async (folder) => {
      const data = noise('uint32', size, 8, 30);
      const first = await convertHere(writeNrrd(folder, data, size), {
        parameters: chunks,
        conversion: { mode: 'segmentation', encoding: 'compressed_segmentation', voxelSize: [0.5, 0.5, 3] },
      });
      const again = await convertHere(first.store, {
        parameters: { chunkSize: [10, 12, 14] },
        conversion: { voxelSize: 'auto' },
        budget: SMALL,
      });
      await expectSound(again, true);
      expect(again.volume.info.type).toBe('segmentation');
      expect(again.volume.mips[0]).toMatchObject({ encoding: 'raw', resolutionNm: [500, 500, 3000] });
      expect(same(await voxelsOfMip(again.volume, 0), data)).toBe(true);
    }));

  it('keeps the place of a volume that does not begin at 0', () =>
    inFolder(async (folder) => {
      const data = noise('int16', size, 9);
      const { store } = await convertHere(writeNrrd(folder, data, size), {
        parameters: { ...chunks, mips: 1 },
      });
      const moved = memoryStore();
      const info = JSON.parse(Buffer.from((await store.get('info'))!.bytes).toString());
      info.scales[0].voxel_offset = [-8, 100, 3];
      await moved.put('info', Buffer.from(JSON.stringify(info)));
      for await (const { key } of store.list(`${info.scales[0].key}/`)) {
        const { bytes, encoding } = (await store.get(key))!;
        await moved.put(movedName(key, [-8, 100, 3]), bytes, encoding === undefined ? {} : { encoding });
      }
      const { volume } = await convertHere(moved, { parameters: { chunkSize: [9, 9, 9] }, budget: SMALL });
      expect(volume.mips[0]!.voxelOffset).toEqual([-8, 100, 3]);
      expect(same(await voxelsOfMip(volume, 0), data)).toBe(true);
    }));

  it('writes the same bytes however large its blocks are read, and again', () =>
    inFolder(async (folder) => {
      const file = writeNrrd(folder, most('uint16'), size);
      const wishes = { parameters: { ...chunks, mips: 1 } };
      const [planes, bricks] = [
        await convertHere(file, wishes),
        await convertHere(file, { ...wishes, budget: SMALL }),
      ];
      const again = await convertHere(file, { ...wishes, budget: SMALL, store: bricks.store });
      for await (const { key } of planes.store.list(`${planes.plan.mips[0]!.key}/`)) {
        const one = (await planes.store.get(key))!.bytes;
        expect(Buffer.compare(one, (await again.store.get(key))!.bytes), key).toBe(0);
      }
    }));
});

const movedName = (key: string, by: Vec3): string => {
  const [folder, name] = key.split('/') as [string, string];
  const axes = name.split('_').map((text, axis) => {
    const [, start, end] = /^(\d+)-(\d+)$/.exec(text)!;
    return `${Number(start) + by[axis]!}-${Number(end) + by[axis]!}`;
  });
  return `${folder}/${axes.join('_')}`;
};
