import { describe, expect, it } from 'vitest';
import { arrayFileInMemory } from '../../shared/formats/array-file.ts';
import { readNrrd } from '../../shared/formats/nrrd/read.ts';
import { fieldBlock } from '../../shared/illumination/block.ts';
import { estimateIllumination, type IlluminationMethod } from '../../shared/illumination/estimate.ts';
import {
  fieldFromStored,
  fieldNrrd,
  illuminationFieldSchema,
  storedField,
} from '../../shared/illumination/field.ts';
import { tissueMask } from '../../shared/illumination/tissue-mask.ts';
import { type LowVolume, reducedVolume, type Three } from '../../shared/illumination/volume.ts';
import { standardDeviation } from '../../shared/numerics/statistics.ts';
import { phantom } from './phantom.ts';

const auto = { kind: 'auto' } as const;
const size: Three = [40, 36, 34];
const even = () => 0;
const slope = (x: number, y: number) => 0.6 * x + 0.3 * y;

describe('the illumination of a channel', () => {
  it('is applied where it is strong, and evens the tissue out', () => {
    const volume = phantom(size, slope);
    const { decision, field, figures, isProblem } = estimateIllumination(volume, auto);
    expect([decision, isProblem]).toEqual(['apply', false]);
    expect(figures?.changedShare).toBeGreaterThan(0.5);
    const factors = fieldBlock(field!, { voxelSizeUm: volume.voxelSizeUm, origin: [0, 0, 0], size });
    const left: number[] = [];
    const all: number[] = [];
    tissueMask(volume).forEach((label, i) => {
      const place = [i % 40, Math.floor(i / 40) % 36].map((at, axis) => (2 * at) / (size[axis]! - 1) - 1);
      const truth = slope(place[0]!, place[1]!);
      if (label === 1) all.push(truth);
      if (label === 1) left.push(truth + Math.log(factors[i]!));
    });
    expect(standardDeviation(left)).toBeLessThan(0.5 * standardDeviation(all));
  });

  it('is left out, not judged, where there are too few voxels along an axis; but done where it is asked for', () => {
    const volume = phantom([40, 36, 29], slope);
    const { decision, reason, isProblem, field } = estimateIllumination(volume, auto);
    expect([decision, isProblem, field]).toEqual(['none', false, undefined]);
    expect(reason).toContain('there are 29 voxels along z');
    expect(estimateIllumination(volume, { kind: 'n4', levels: 2 }).decision).toBe('apply');
  });

  it('is left out where the light is even', () => {
    const { decision, figures, reason, isProblem, field } = estimateIllumination(phantom(size, even), auto);
    expect([decision, isProblem]).toEqual(['none', false]);
    expect(figures?.sd).toBeLessThan(0.05);
    expect(reason).toMatch(/^the field found has a standard deviation of 0\.0\d\d in logs, no more than/);
    expect(field).toBeDefined();
  });

  it.each([auto, { kind: 'n4', levels: 2 }] as IlluminationMethod[])(
    'keeps the sum over the tissue: $kind',
    (method) => {
      const volume = phantom(size, slope);
      const { field } = estimateIllumination(volume, method);
      const factors = fieldBlock(field!, { voxelSizeUm: volume.voxelSizeUm, origin: [0, 0, 0], size });
      let [before, after] = [0, 0];
      tissueMask(volume).forEach((label, i) => {
        before += label * volume.data[i]!;
        after += label * volume.data[i]! * factors[i]!;
      });
      expect(Math.abs(after / before - 1)).toBeLessThan(1e-4);
    },
  );

  it('can be what CloudReg makes of it', () => {
    const { decision, field, figures } = estimateIllumination(phantom(size, slope), { kind: 'cloudreg' });
    expect([decision, field?.lattice.shape, figures?.shift]).toEqual(['apply', [11, 11, 11], 0]);
  });

  it('of a single plane does not vary along z', () => {
    const volume = phantom([48, 40, 1], (x) => 0.5 * x);
    const { field, decision } = estimateIllumination(
      { ...volume, data: disc(volume.data) },
      { kind: 'n4', levels: 2 },
    );
    expect([decision, field?.lattice.shape]).toEqual(['apply', [5, 5, 4]]);
    const factors = fieldBlock(field!, {
      voxelSizeUm: [200, 200, 100],
      origin: [0, 0, 0],
      size: [48, 40, 3],
    });
    expect(factors.slice(0, 1920)).toEqual(factors.slice(3840));
  });

  const zero = new Float32Array(40 * 36 * 34);
  const tiny = zero.map(
    (_, i) => 10 + (i % 7) + (i % 40 < 5 && Math.floor(i / 40) % 36 < 5 && i < 5 * 1440 ? 800 : 0),
  );
  it.each([
    ['all 0', zero, 'all voxels are 0'],
    ['constant', zero.map(() => 44), 'all voxels that are not 0 are 44'],
    ['negative', phantom(size, even).data.with(45, -1), 'voxel (5, 1, 0) is -1'],
    ['not finite', phantom(size, even).data.with(45, Number.NaN), 'voxel (5, 1, 0) is NaN'],
    ['nearly without tissue', tiny, 'less than one cell of the spline'],
    ['without anything that holds together', zero.map((_, i) => (i % 2) + 1), 'no tissue was found'],
  ])('is a problem where the channel is %s', (_, data, word) => {
    const estimate = estimateIllumination({ data, size, voxelSizeUm: [200, 200, 200] }, auto);
    expect(estimate).toMatchObject({ decision: 'none', isProblem: true });
    expect(estimate.reason).toContain(word);
    expect(estimate.field).toBeUndefined();
  });
});

/** In a plane the phantom's ellipsoid is cut at its tip: a disc instead. */
const disc = (data: Float32Array): Float32Array =>
  data.map((_, i) => {
    const [u, v] = [(2 * (i % 48)) / 47 - 1, (2 * Math.floor(i / 48)) / 39 - 1];
    return u * u + v * v < 0.7
      ? (Math.sin(20 * u) * Math.sin(20 * v) > 0 ? 900 : 450) * Math.exp(0.5 * u)
      : 3 + (i % 3);
  });

describe('the volume it is estimated from', () => {
  it('is averaged over what is imaged, to voxels of at most 200 um', () => {
    const data = Float32Array.from({ length: 67 * 66 * 64 }, (_, i) => (i % 67 === 0 ? 0 : 1 + (i % 67)));
    const volume: LowVolume = { data, size: [67, 66, 64], voxelSizeUm: [90, 90, 120] };
    const reduced = reducedVolume(volume);
    expect([reduced.size, reduced.voxelSizeUm]).toEqual([
      [33, 33, 64],
      [180, 180, 120],
    ]);
    expect([...reduced.data.slice(0, 3)]).toEqual([2, 3.5, 5.5]);
    expect(reducedVolume({ ...volume, voxelSizeUm: [300, 300, 300] }).size).toEqual(volume.size);
  });
});

describe('the file of a field', () => {
  const { field } = estimateIllumination(phantom(size, slope), auto);

  it('gives back the field as float32, in a few KB', () => {
    const text = JSON.stringify(storedField(field!));
    expect(text.length).toBeLessThan(4000);
    const back = fieldFromStored(illuminationFieldSchema.parse(JSON.parse(text)));
    expect(back).toEqual({
      ...field,
      lattice: { shape: [5, 5, 5], data: field!.lattice.data.map(Math.fround) },
    });
    expect(() => illuminationFieldSchema.parse({ ...JSON.parse(text), logField: [1] })).toThrow(
      'a number for each control point',
    );
  });

  it('is an NRRD for other programs, with each control point at its place', async () => {
    const { shape, type, meta } = await readNrrd(arrayFileInMemory('field.nrrd', fieldNrrd(field!)));
    expect({ shape, type }).toEqual({ shape: [5, 5, 5], type: 'float32' });
    const step = ((40 - 1) * 200) / 2;
    expect(meta.spaceDirections?.[0]).toEqual([step, 0, 0]);
    expect(meta.spaceOrigin?.[0]).toBe(100 - step);
  });
});
