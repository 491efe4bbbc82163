import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConversionParameters, conversionSchema } from '../../../services/conversion-parameters.ts';
import { planConversion } from '../../../services/ingest/conversion/make-plan.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import { PermanentError } from '../../../shared/engine/errors.ts';
import { makeElements } from '../../../shared/formats/elements.ts';
import { openImageSource } from '../../../shared/formats/image-source/open-image-source.ts';
import { encodeNifti, niftiFrameOf } from '../../../shared/formats/nifti/write.ts';
import { encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import { bytesOf } from '../../../shared/volume/data-type.ts';
import { inFolder } from '../../end-to-end/binary.ts';
import { arrayFixtures, sha256 } from '../../formats/fixtures.ts';
import { sharedPath } from '../../shared-data.ts';
import { convertHere, noise, voxelsOfMip, writeNrrd, writeSeries } from './convert-here.ts';

async function planOf(path: string, wishes: Partial<ConversionParameters> = {}) {
  return planConversion(await openStore(path), jobParameters.parse({}), conversionSchema.parse(wishes));
}

async function refusal(
  path: string,
  wishes: Partial<ConversionParameters> = { voxelSize: [1, 1, 1] },
): Promise<string> {
  const error = await planOf(path, wishes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PermanentError);
  return (error as Error).message;
}

const size = [4, 3, 2] as const;

function nifti(folder: string, sform: number[], units = 2): string {
  const path = join(folder, 'image.nii');
  const frame = { ...niftiFrameOf([0.5, 0.25, 2]), sform, units };
  writeFileSync(path, encodeNifti({ shape: size, data: noise('uint8', size, 1), frame }, false));
  return path;
}

describe('what the input says of its space', () => {
  it('is taken in millimetres, with the frame as neuroglancer-scripts write it', () =>
    inFolder(async (folder) => {
      const plan = await planOf(nifti(folder, [0.5, 0, 0, 10, 0, 0, -2, 20, 0, 0.25, 0, 30]));
      expect(plan.mips[0]!.resolutionNm).toEqual([500e3, 250e3, 2e6]);
      expect(plan.transform).toEqual([
        [1, 0, 0, 10e6 - 250e3],
        [0, 0, -1, 20e6 + 1e6],
        [0, 1, 0, 30e6 - 125e3],
        [0, 0, 0, 1],
      ]);
    }));

  it('goes with the voxels where axes are turned', () =>
    inFolder(async (folder) => {
      const file = nifti(folder, [0.5, 0, 0, 10, 0, 0.25, 0, 20, 0, 0, 2, 30]);
      const { transform } = await planOf(file, { orientation: 'RAS:ALS' });
      // The output's y runs from the input's last x, at 11.5 mm, downwards.
      expect(transform).toEqual([
        [0, -1, 0, 11.5e6 + 250e3],
        [1, 0, 0, 20e6 - 125e3],
        [0, 0, 1, 30e6 - 1e6],
        [0, 0, 0, 1],
      ]);
    }));

  it('gives way to --voxel-size', () =>
    inFolder(async (folder) => {
      const plan = await planOf(nifti(folder, [0.5, 0, 0, 10, 0, 0.25, 0, 20, 0, 0, 2, 30]), {
        voxelSize: [1, 2, 3],
      });
      expect(plan.mips[0]!.resolutionNm).toEqual([1000, 2000, 3000]);
      expect(plan.transform).toBeNull();
    }));

  it('is refused where it is sheared, unless the voxel size is given', () =>
    inFolder(async (folder) => {
      const file = nifti(folder, [0.5, 0.1, 0, 10, 0, 0.25, 0, 20, 0, 0, 2, 30]);
      expect(await refusal(file, {})).toMatch(/is sheared: .* Give --voxel-size/);
      expect((await planOf(file, { voxelSize: [1, 1, 1] })).transform).toBeNull();
    }));
});

describe('an input that is not what it should be', () => {
  it('has no voxel size, and none is given', () =>
    inFolder(async (folder) => {
      const data = noise('uint8', size, 1) as Uint8Array;
      expect(await refusal(writeSeries(folder, data, size), {})).toMatch(
        /does not say how large its voxels are\. Give --voxel-size x,y,z in micrometres/,
      );
    }));

  it('says that its voxels have no extent', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'image.nii');
      const frame = niftiFrameOf([0.5, 0, 2]);
      writeFileSync(path, encodeNifti({ shape: size, data: noise('uint8', size, 1), frame }, false));
      expect(await refusal(path, {})).toMatch(/does not say how large its voxels are/);
    }));

  it('is a volume without an info, or with one that is none', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, '1000_1000_1000'));
      writeFileSync(join(folder, '1000_1000_1000', '0-4_0-3_0-2'), 'voxels');
      expect(await refusal(folder)).toMatch(/has no files called .tif, .tiff or .png.*(?:info|volume)/);
      writeFileSync(join(folder, 'info'), '{"type": "image"}');
      expect(await refusal(folder)).toMatch(/info is not the info of a precomputed volume/);
      writeFileSync(join(folder, 'info'), '{');
      expect(await refusal(folder)).toMatch(/info is not JSON/);
    }));

  it('is an empty folder, or one without pictures', () =>
    inFolder(async (folder) => {
      expect(await refusal(folder)).toMatch(/has no files called .tif, .tiff or .png/);
      writeFileSync(join(folder, 'notes.txt'), 'x');
      expect(await refusal(folder)).toMatch(/has no files called/);
    }));

  it('is not there, or of an unknown kind', () =>
    inFolder(async (folder) => {
      expect(await refusal(join(folder, 'nothing'))).toMatch(/cannot be opened: check the path/);
      writeFileSync(join(folder, 'x.dat'), 'what is this?');
      expect(await refusal(join(folder, 'x.dat'))).toMatch(/begin like no file that is known: expected TIFF/);
    }));

  it('has slices of different sizes or types', () =>
    inFolder(async (folder) => {
      const series = writeSeries(folder, noise('uint8', size, 1) as Uint8Array, size);
      const other = writeSeries(
        join(folder, 'other'),
        noise('uint16', [4, 3, 1], 1) as Uint16Array,
        [4, 3, 1],
      );
      copyFileSync(join(other, 'slice 1.tif'), join(series, 'slice 3.tif'));
      expect(await refusal(series)).toMatch(
        /slice 3.tif: 4 x 3 pixels of uint16, but the first plane has .* of uint8/,
      );
    }));

  it('has gaps in its numbering, which is said and no more', () =>
    inFolder(async (folder) => {
      const data = noise('uint8', [4, 3, 4], 1) as Uint8Array;
      const series = writeSeries(folder, data, [4, 3, 4], (z) => `s${[8, 9, 11, 12][z]}`);
      const { warnings, sizeVoxels } = await planOf(series, { voxelSize: [1, 1, 1] });
      expect(sizeVoxels).toEqual([4, 3, 4]);
      expect(warnings.join('\n')).toMatch(/1 of the series' files seem to be missing.*s10\.tif/);
    }));

  it('is in colour', () =>
    inFolder(async (folder) => {
      const { default: sharp } = await import('sharp');
      const raw = { width: 4, height: 3, channels: 3 } as const;
      const path = join(folder, 'rgb.tif');
      await sharp(Buffer.alloc(36), { raw }).tiff().toFile(path);
      expect(await refusal(path)).toMatch(/3 samples per pixel; expected one: a grey image/);
    }));

  it.each([
    ['int64', {}, /holds int64, which no precomputed volume does/],
    ['uint16', { encoding: 'jpeg' }, /--encoding jpeg holds one or three channels of uint8/],
    ['float32', { encoding: 'png' }, /--encoding png holds up to four channels of uint8 or uint16/],
    ['float32', { mode: 'segmentation' }, /labels are whole numbers/],
    [
      'uint8',
      { encoding: 'compressed_segmentation', dtype: 'uint8' },
      /holds segmentations of uint32 and uint64/,
    ],
    [
      'uint32',
      { encoding: 'compressed_segmentation', mode: 'image' },
      /holds segmentations of uint32 and uint64/,
    ],
    ['uint8', { encoding: 'png', mode: 'segmentation' }, /--encoding png holds images/],
  ] as const)('cannot become what is asked for: %s %j', (type, wishes, message) =>
    inFolder(async (folder) => {
      const file = writeNrrd(folder, noise(type, size, 1), size);
      expect(await refusal(file, { ...wishes, voxelSize: [1, 1, 1] })).toMatch(message);
    }),
  );
});

describe('the type of the output', () => {
  it.each([
    ['uint16', {}, 'image', 'uint16'],
    ['uint64', {}, 'segmentation', 'uint64'],
    ['float64', {}, 'image', 'float32'],
    ['int64', { mode: 'segmentation' }, 'segmentation', 'uint64'],
    ['int16', { encoding: 'compressed_segmentation' }, 'segmentation', 'uint32'],
    ['int64', { encoding: 'compressed_segmentation' }, 'segmentation', 'uint64'],
    ['uint64', { mode: 'image' }, 'image', 'uint64'],
    ['uint8', { mode: 'segmentation', dtype: 'uint16' }, 'segmentation', 'uint16'],
  ] as const)('%s with %j is a %s of %s', (type, wishes, kind, dataType) =>
    inFolder(async (folder) => {
      const plan = await planOf(writeNrrd(folder, noise(type, size, 1), size), {
        ...wishes,
        voxelSize: [1, 1, 1],
      });
      expect([plan.type, plan.mips[0]!.dataType]).toEqual([kind, dataType]);
    }),
  );

  it('keeps several channels', () =>
    inFolder(async (folder) => {
      const data = noise('uint16', [4, 3, 10], 1);
      const path = join(folder, 'four.nrrd');
      writeFileSync(path, encodeNrrd({ shape: [4, 3, 2, 5], data }));
      const { volume } = await convertHere(path);
      expect(volume.info.num_channels).toBe(5);
      expect(Buffer.from(bytesOf(await voxelsOfMip(volume, 0)))).toEqual(Buffer.from(data.buffer));
    }));
});

describe.skipIf(sharedPath('fixtures', 'volumes') === undefined)('files of other programs', () => {
  const readable = ['nrrd', 'nifti', 'npy']
    .flatMap(arrayFixtures)
    .filter(({ verdict }) => verdict === 'decodable');

  it('give a volume of what they hold', async () => {
    let converted = 0;
    for (const { path, file } of readable) {
      const image = await openImageSource(path).catch(() => undefined);
      // Of one axis, or of a kind that the reader refuses by name.
      if (image === undefined) continue;
      const [x, y, z] = image.sizeVoxels;
      const data = makeElements(image.dtype, x * y * z * image.channels);
      await image.readPlanes(0, z, data);
      await image.close();
      const { volume, plan } = await convertHere(path, { conversion: { mode: 'image' } });
      expect(volume.mips[0]!.sizeVoxels, file).toEqual(image.sizeVoxels);
      const stored = Buffer.from(bytesOf(await voxelsOfMip(volume, 0)));
      if (plan.mips[0]!.dataType === image.dtype)
        expect(sha256(new Uint8Array(stored)), file).toBe(sha256(data));
      converted += 1;
    }
    expect(converted).toBeGreaterThan(30);
  });

  it('refuse a folder of mixed sizes, and tell of gaps', async () => {
    expect(await refusal(sharedPath('fixtures', 'volumes', 'series_bad_mixed_sizes')!)).toMatch(/a2\.png: /);
    const { warnings } = await planOf(sharedPath('fixtures', 'volumes', 'series_gap')!, {
      voxelSize: [1, 1, 1],
    });
    expect(warnings.join()).toMatch(/s4\.png/);
  });
});
