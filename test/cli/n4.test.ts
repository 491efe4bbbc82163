/** `cloudreg n4`: one image in, one out. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudreg } from '../../cli/program.ts';
import { arrayFileAt } from '../../shared/formats/array-file.ts';
import type { ElementArray } from '../../shared/formats/elements.ts';
import { tiffSource } from '../../shared/formats/image-source/tiff-source.ts';
import { readNifti } from '../../shared/formats/nifti/read.ts';
import { encodeNifti, niftiFrameOf } from '../../shared/formats/nifti/write.ts';
import { readNrrd } from '../../shared/formats/nrrd/read.ts';
import { encodeNrrd } from '../../shared/formats/nrrd/write.ts';
import { readTiff } from '../../shared/formats/tiff/read.ts';
import { tiffInMemory } from '../../shared/formats/tiff/source.ts';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { standardDeviation } from '../../shared/numerics/statistics.ts';
import { fakeTerminal } from './fake-terminal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'n4-'));
});
afterEach(() => rm(folder, { recursive: true }));

const shape = [24, 20, 12];
const meta = { spacings: [4, 4, 5], keyValues: { orientation: 'RIA' } };

/** Bright tissue in a dark box, brighter to the right. */
function biased(): Uint16Array {
  const random = seededRandom(9);
  return Uint16Array.from({ length: 24 * 20 * 12 }, (_, i) => {
    const [x, y, z] = [i % 24, Math.floor(i / 24) % 20, Math.floor(i / 480)];
    const inside = x > 2 && x < 21 && y > 2 && y < 17 && z > 1 && z < 10;
    const tissue = random() < 0.4 ? 4000 : 2000;
    return inside ? tissue * (1 + 0.05 * random()) * Math.exp(0.03 * x) : 20 * random();
  });
}

const put = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);
const nrrdOf = (data: ElementArray) => encodeNrrd({ shape, data, meta });

async function run(...words: string[]) {
  const terminal = fakeTerminal();
  const paths = words.map((word) => (/\.\w+$/.test(word) ? join(folder, word) : word));
  const code = await cloudreg(['n4', ...paths], terminal);
  return { code, out: terminal.written.out, err: terminal.written.err };
}

describe('cloudreg n4', () => {
  it('takes the bias off an NRRD and keeps its type, header and sum', async () => {
    const data = biased();
    await put('in.nrrd', nrrdOf(data));
    const { code, out } = await run('in.nrrd', 'out.nrrd', '--field', 'field.nrrd', '--levels', '2');
    expect(code).toBe(0);
    expect(out).toContain('Log field: standard deviation 0.1');
    const found = await readNrrd(await arrayFileAt(join(folder, 'out.nrrd')));
    expect({ type: found.type, shape: found.shape, meta: found.meta }).toEqual({
      type: 'uint16',
      shape,
      meta,
    });
    const field = await readNrrd(await arrayFileAt(join(folder, 'field.nrrd')));
    const inside = [...data.keys()].filter((i) => data[i]! > 1000);
    const left = inside.map((i) => (field.data[i] as number) - 0.03 * (i % 24));
    expect(standardDeviation(left)).toBeLessThan(0.05);
    const sum = (values: ArrayLike<number | bigint>) => inside.reduce((all, i) => all + Number(values[i]), 0);
    expect(sum(found.data) / sum(data)).toBeCloseTo(1, 1);
    expect(await readdir(folder)).toEqual(['field.nrrd', 'in.nrrd', 'out.nrrd']);
  });

  it('works on NIfTI and on TIFF', async () => {
    const data = Float32Array.from(biased());
    await put('in.nii', encodeNifti({ shape, data, frame: niftiFrameOf([4, 4, 5]) }, false));
    expect((await run('in.nii', 'out.nii.gz')).code).toBe(0);
    const found = await readNifti(await arrayFileAt(join(folder, 'out.nii.gz')));
    expect([found.type, found.shape, found.frame]).toEqual(['float32', shape, niftiFrameOf([4, 4, 5])]);
    const plane = biased().slice(480 * 5, 480 * 6);
    const tiff = encodeTiff(24, 20, plane);
    await put('in.tif', tiff);
    const { code, out } = await run('in.tif', 'out.tif', '--mask', 'all', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ event: 'done', lattice: [5, 5], usedShare: 1 });
    expect((await readTiff(tiffInMemory('in.tif', tiff))).pixels).toEqual(plane);
  });

  it('takes the pages of a TIFF for the planes of a volume', async () => {
    const data = biased();
    await put('in.tif', encodeTiff(24, 20, data, 12));
    await put('in.nrrd', nrrdOf(data));
    const { code, out } = await run('in.tif', 'out.tif', '--json');
    expect([code, JSON.parse(out)]).toMatchObject([0, { lattice: [5, 5, 5] }]);
    await run('in.nrrd', 'out.nrrd');
    const found = await tiffSource(await arrayFileAt(join(folder, 'out.tif')));
    const voxels = new Uint16Array(data.length);
    await found.readPlanes(0, 12, voxels);
    expect(found.sizeVoxels).toEqual(shape);
    expect(voxels).toEqual((await readNrrd(await arrayFileAt(join(folder, 'out.nrrd')))).data);
  });

  it.each([
    ['0', () => new Uint16Array(5760), 'all voxels are 0'],
    ['7', () => new Uint16Array(5760).fill(7), 'all voxels that are not 0 are 7'],
    ['a negative value', () => new Float32Array(biased()).with(30, -2), 'voxel (6, 1, 0) is -2'],
    ['a NaN', () => new Float32Array(biased()).with(30, Number.NaN), 'voxel (6, 1, 0) is NaN'],
  ] as const)('refuses an image of %s', async (_, make, word) => {
    await put('in.nrrd', nrrdOf(make()));
    const { code, err } = await run('in.nrrd', 'out.nrrd');
    expect(err).toContain(word);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual(['in.nrrd']);
  });

  it('refuses masks that are empty or of another shape, and other formats', async () => {
    await put('in.nrrd', nrrdOf(biased()));
    await put('empty.nrrd', nrrdOf(new Uint8Array(5760).fill(2)));
    await put('flat.nrrd', encodeNrrd({ shape: [24, 20], data: new Uint8Array(480) }));
    expect((await run('in.nrrd', 'out.nrrd', '--mask', 'empty.nrrd')).err).toContain(
      'no voxel of the mask is 1',
    );
    expect((await run('in.nrrd', 'out.nrrd', '--mask', 'flat.nrrd')).err).toContain('is 24 x 20, expected');
    expect((await run('in.nrrd', 'out.nii')).err).toContain('keep the format');
    expect((await run('in.nrrd', 'out.dat')).err).toContain('its name tells no format');
    expect((await run('in.nrrd', 'out.nrrd', '--levels', '0')).err).toContain(
      'expected a whole number from 1 to 8',
    );
    expect((await run('missing.nrrd', 'out.nrrd')).err).toContain('cannot be opened');
  });
});
