import { describe, expect, it } from 'vitest';
import { arrayFileAt, arrayFileInMemory } from '../../../shared/formats/array-file.ts';
import { elementTypes, makeElements } from '../../../shared/formats/elements.ts';
import { niftiAffine } from '../../../shared/formats/nifti/affine.ts';
import { readNifti } from '../../../shared/formats/nifti/read.ts';
import { encodeNifti, niftiFrameOf } from '../../../shared/formats/nifti/write.ts';
import { arrayFixtures, sha256 } from '../fixtures.ts';

const fixtures = arrayFixtures('nifti');
const named = (verdict: string) =>
  fixtures.filter((one) => one.verdict === verdict).map((one) => [one.file, one] as const);

describe.skipIf(fixtures.length === 0)('NIfTI files of other programs', () => {
  it.each(named('decodable'))('are read: %s', async (_, fixture) => {
    const { type, shape, data, frame, scaling } = await readNifti(await arrayFileAt(fixture.path));
    expect({ type, shape }).toEqual({ type: fixture.dtype, shape: fixture.shape_xyz });
    if (fixture.sha256) expect(sha256(data)).toBe(fixture.sha256);
    const affine = fixture.header?.affine_ras_mm as number[][] | undefined;
    // Without both forms nibabel centres the volume; we keep to the voxel sizes.
    if (affine && !fixture.file.includes('no_form'))
      for (const [row, values] of niftiAffine(frame).entries())
        for (const [column, value] of values.entries()) expect(value).toBeCloseTo(affine[row]![column]!, 5);
    if (fixture.scaled_max !== undefined) {
      const { slope, intercept } = scaling ?? { slope: 1, intercept: 0 };
      const values = Array.from(data as ArrayLike<number>, (value) => value * slope + intercept);
      expect([Math.min(...values), Math.max(...values)]).toEqual([fixture.scaled_min, fixture.scaled_max]);
    }
  });

  it.each(named('refuse'))('are refused: %s', async (_, fixture) => {
    await expect(readNifti(await arrayFileAt(fixture.path))).rejects.toThrow(fixture.file);
  });
});

describe('NIfTI files of our own', () => {
  it.each(elementTypes)('come back as they were: %s', async (type) => {
    const data = makeElements(type, 24);
    for (let i = 0; i < 24; i++) data[i] = type.endsWith('int64') ? BigInt(i * 5) : i * 5;
    const frame = niftiFrameOf([4, 5, 2.5]);
    for (const compress of [false, true]) {
      const bytes = encodeNifti({ shape: [2, 3, 4], data, frame }, compress);
      const found = await readNifti(arrayFileInMemory('a.nii', bytes));
      expect(found).toEqual({ version: 1, type, shape: [2, 3, 4], data, frame, scaling: undefined });
    }
  });

  it('are of version 2 where an axis is longer than version 1 can say', async () => {
    const data = new Uint8Array(40_000).fill(3);
    const bytes = encodeNifti({ shape: [40_000, 1], data, frame: niftiFrameOf([1, 1, 1]) }, true);
    const found = await readNifti(arrayFileInMemory('a.nii.gz', bytes));
    expect(found.version).toBe(2);
    expect(found.shape).toEqual([40_000, 1]);
    expect(found.frame).toEqual(niftiFrameOf([1, 1, 1]));
  });
});
