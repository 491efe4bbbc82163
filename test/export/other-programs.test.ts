/** The same values and the same frame in programs that know nothing of this one. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileFormat } from '../../shared/export/image-files.ts';
import { planesOfVolume } from '../../shared/export/plane-image.ts';
import { writeImageFile } from '../../shared/export/write-file.ts';
import { arrayFileAt } from '../../shared/formats/array-file.ts';
import { tiffAround } from '../../shared/formats/tiff/stack.ts';
import { volumeBox } from '../../shared/volume/chunk-grid.ts';
import { bytesOf, dataTypes, type VoxelArray } from '../../shared/volume/data-type.ts';
import { has, output, python } from './programs.ts';
import { testVolume, type VolumeShape } from './volumes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const shape = { sizeVoxels: [13, 9, 11], voxelOffset: [3, -2, 5] } as const;
/** Centre of the first voxel, um. */
const ORIGIN = [3.5 * 0.585, -1.5 * 0.6, 5.5 * 5];

async function written(name: string, format: FileFormat, wishes: VolumeShape) {
  const { volume, voxels } = await testVolume(wishes);
  const path = join(folder, name);
  await writeImageFile(path, planesOfVolume(volume, 0, volumeBox(volume.mips[0]!)), format, () => {});
  return { path, voxels: voxels[0]! };
}

const sha256 = (voxels: VoxelArray): string => createHash('sha256').update(bytesOf(voxels)).digest('hex');

function expectClose(found: readonly number[], expected: readonly number[], digits: number): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

const NIBABEL = `
import sys, json, hashlib, nibabel, numpy
image = nibabel.load(sys.argv[1])
data = numpy.asanyarray(image.dataobj)
print(json.dumps({
  'type': str(data.dtype), 'shape': data.shape, 'units': image.header.get_xyzt_units()[0],
  'sform': image.get_sform(coded=True)[0].tolist(), 'qform': image.get_qform(coded=True)[0].tolist(),
  'zooms': [float(z) for z in image.header.get_zooms()],
  'sha256': hashlib.sha256(data.tobytes(order='F')).hexdigest()}))
`;

interface NibabelImage {
  readonly type: string;
  readonly shape: readonly number[];
  readonly units: string;
  readonly sform: readonly (readonly number[])[];
  readonly qform: readonly (readonly number[])[];
  readonly sha256: string;
}

describe.skipIf(!has.nibabel)('nibabel (python3-nibabel) reads a NIfTI', () => {
  it.each(dataTypes)('of %s: values and frame', async (dataType) => {
    const format = dataType === 'uint8' || dataType === 'uint64' ? 'nii' : 'nii.gz';
    const { path, voxels } = await written(`v.${format}`, format, { ...shape, dataType });
    const found = python('nibabel', NIBABEL, [path]) as NibabelImage;
    expect(found).toMatchObject({ type: dataType, shape: [13, 9, 11], units: 'mm' });
    expect(found.sha256).toBe(sha256(voxels));
    const [x, y, z] = ORIGIN.map((um) => um / 1000);
    const affine = [0.000585, 0, 0, x!, 0, 0.0006, 0, y!, 0, 0, 0.005, z!, 0, 0, 0, 1];
    expectClose(found.sform.flat(), affine, 7);
    expectClose(found.qform.flat(), affine, 7);
  });

  it('of several channels, and one longer than version 1 counts', async () => {
    const many = await written('c.nii', 'nii', { ...shape, dataType: 'int16', channels: 3 });
    expect(python('nibabel', NIBABEL, [many.path])).toMatchObject({
      shape: [13, 9, 11, 1, 3],
      sha256: sha256(many.voxels),
    });
    const size = { sizeVoxels: [40_000, 2, 1], chunkSize: [40_000, 2, 1] } as const;
    const long = await written('l.nii', 'nii', { ...size, dataType: 'uint8' });
    expect(python('nibabel', NIBABEL, [long.path])).toMatchObject({
      shape: [40_000, 2, 1],
      sha256: sha256(long.voxels),
    });
  });
});

describe.skipIf(!has.teem)('teem (teem-apps), the library of NRRD, reads an NRRD', () => {
  it.each(dataTypes)('of %s: values', async (dataType) => {
    const { path, voxels } = await written('v.nrrd', 'nrrd', { ...shape, dataType });
    output('teem-unu', ['save', '-f', 'nrrd', '-e', 'raw', '-i', path, '-o', join(folder, 'out.nhdr')]);
    expect((await readFile(join(folder, 'out.raw'))).equals(bytesOf(voxels))).toBe(true);
  });

  it('and its frame, of several channels too', async () => {
    const { path } = await written('v.nrrd', 'nrrd', { ...shape, dataType: 'uint16', channels: 2 });
    const lines = output('teem-unu', ['head', path]).split('\n');
    const field = (name: string) => lines.find((text) => text.startsWith(`${name}:`))?.slice(name.length + 2);
    expect(field('sizes')).toBe('13 9 11 2');
    expect(field('kinds')).toBe('domain domain domain list');
    expect(field('space units')).toBe('"um" "um" "um"');
    expect(field('space directions')).toBe('(0.585,0,0) (0,0.6,0) (0,0,5) none');
    expectClose(field('space origin')!.slice(1, -1).split(',').map(Number), ORIGIN, 9);
  });
});

/** Nothing moves: the image that comes out is the one that went in, on its own grid. */
const IDENTITY = (spacing: readonly number[], origin: readonly number[], direction: string) => `
(Transform "TranslationTransform") (NumberOfParameters 3) (TransformParameters 0 0 0)
(InitialTransformParametersFileName "NoInitialTransform") (HowToCombineTransforms "Compose")
(FixedImageDimension 3) (MovingImageDimension 3)
(FixedInternalImagePixelType "float") (MovingInternalImagePixelType "float")
(Size 13 9 11) (Index 0 0 0) (Spacing ${spacing.join(' ')}) (Origin ${origin.join(' ')})
(Direction ${direction}) (UseDirectionCosines "true")
(ResampleInterpolator "FinalBSplineInterpolator") (FinalBSplineInterpolationOrder 0) (Resampler "DefaultResampler")
(DefaultPixelValue 77) (ResultImageFormat "mhd") (ResultImagePixelType "unsigned short")
(CompressResultImage "false")
`;

describe.skipIf(!has.transformix)('transformix (elastix, ITK) finds each voxel where the frame says', () => {
  it.each([
    ['nrrd', 1, '1 0 0 0 1 0 0 0 1', [1, 1, 1]],
    // ITK counts x and y of a NIfTI the other way, and in mm.
    ['nii', 1000, '-1 0 0 0 -1 0 0 0 1', [-1, -1, 1]],
  ] as const)('in .%s', async (format, umPerUnit, direction, signs) => {
    const { path, voxels } = await written(`v.${format}`, format, { ...shape, dataType: 'uint16' });
    const spacing = [0.585, 0.6, 5].map((um) => um / umPerUnit);
    const origin = ORIGIN.map((um, axis) => (signs[axis]! * um) / umPerUnit);
    const text = IDENTITY(spacing, origin, direction).trim().replaceAll(') (', ')\n(');
    await writeFile(join(folder, 'identity.txt'), text);
    output('transformix', [
      '-in',
      path,
      '-out',
      folder,
      '-tp',
      join(folder, 'identity.txt'),
      '-threads',
      '1',
    ]);
    expect((await readFile(join(folder, 'result.raw'))).equals(bytesOf(voxels))).toBe(true);
  });
});

describe.skipIf(!has.tiffinfo)('libtiff (libtiff-tools) reads a TIFF stack', () => {
  it('with its types, pages and resolution', async () => {
    for (const [dataType, words] of [
      ['uint16', ['Bits/Sample: 16', 'Sample Format: unsigned integer']],
      ['int32', ['Bits/Sample: 32', 'Sample Format: signed integer']],
      ['float32', ['Bits/Sample: 32', 'Sample Format: IEEE floating point']],
    ] as const) {
      const { path } = await written('v.tif', 'tif', { ...shape, dataType });
      const text = output('tiffinfo', [path]);
      expect(text.match(/Image Width: 13 Image Length: 9/g)).toHaveLength(11);
      for (const word of words) expect(text).toContain(word);
      expect(text).toContain('Resolution: 1.7094, 1.66667 (unitless)');
      expect(text).toContain('spacing=5');
      expect(text).not.toContain('Warning');
    }
  });

  it('above 4 GiB, too', async () => {
    const { head, tail } = tiffAround({
      width: 40_000,
      height: 1000,
      planes: 120,
      type: 'uint8',
      voxelSizeUm: [0.585, 0.585, 5],
    });
    const { open } = await import('node:fs/promises');
    const file = await open(join(folder, 'big.tif'), 'w');
    await file.write(head);
    await file.write(tail, 0, tail.length, head.length + 40_000 * 1000 * 120);
    await file.close();
    const text = output('tiffinfo', [join(folder, 'big.tif')]);
    expect(text.match(/Image Width: 40000 Image Length: 1000/g)).toHaveLength(120);
    expect(text.match(/Resolution: 1.7094, 1.7094/g)).toHaveLength(120);
  });
});

describe('libvips (sharp) reads a TIFF stack', () => {
  it.each(['uint8', 'uint16', 'float32'] as const)('of %s, each page', async (dataType) => {
    const { path, voxels } = await written('v.tif', 'tif', { ...shape, dataType });
    const depth = { uint8: 'uchar', uint16: 'ushort', float32: 'float' } as const;
    const space = dataType === 'uint16' ? 'grey16' : 'b-w';
    for (const page of [0, 5, 10]) {
      const raw = await sharp(path, { page }).toColourspace(space).raw({ depth: depth[dataType] }).toBuffer();
      expect(raw.equals(bytesOf(voxels.subarray(page * 117, (page + 1) * 117)))).toBe(true);
    }
  });
});

const NUMPY = `
import sys, json, hashlib, numpy
data = numpy.load(sys.argv[1])
print(json.dumps({'type': str(data.dtype), 'shape': data.shape, 'sha256': hashlib.sha256(data.tobytes()).hexdigest()}))
`;

describe.skipIf(!has.numpy)('numpy reads a .npy', () => {
  it.each(dataTypes)('of %s', async (dataType) => {
    const channels = dataType === 'int32' ? 2 : 1;
    const { path, voxels } = await written('v.npy', 'npy', { ...shape, dataType, channels });
    const axes = channels === 1 ? [11, 9, 13] : [2, 11, 9, 13];
    expect(python('numpy', NUMPY, [path])).toEqual({ type: dataType, shape: axes, sha256: sha256(voxels) });
    expect((await arrayFileAt(path)).sizeBytes % 64).toBe(
      (13 * 9 * 11 * channels * voxels.BYTES_PER_ELEMENT) % 64,
    );
  });
});
