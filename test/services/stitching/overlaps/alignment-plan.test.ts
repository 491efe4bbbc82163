import { describe, expect, it } from 'vitest';
import { type JobParameters, jobParameters } from '../../../../services/parameters.ts';
import { fusionGeometry } from '../../../../services/stitching/fusion/fusion-geometry.ts';
import { alignmentNeeds } from '../../../../services/stitching/overlaps/alignment-needs.ts';
import { alignmentPlan } from '../../../../services/stitching/overlaps/alignment-plan.ts';
import { noiseSamples } from '../../../../services/stitching/overlaps/noise-samples.ts';
import { tilesOfGroup } from '../../../../services/stitching/overlaps/pair-groups.ts';
import type { Acquisition } from '../../../../shared/acquisition/acquisition.ts';
import {
  makePlacement,
  nominalPosition,
  type Placement,
  placedTiles,
} from '../../../../shared/acquisition/placement.ts';
import { surveyGrid } from '../../../../shared/acquisition/survey-grid.ts';
import { acquisitionOf, type Shape } from './shape.ts';

const planOf = (shape: Shape, parameters: Partial<JobParameters> = {}) =>
  alignmentPlan({ acquisition: acquisitionOf(shape), parameters: jobParameters.parse(parameters) });

const usual: Shape = { rows: 2, columns: 3, tileSize: [512, 512, 100], overlap: 0.15 };
const names = (pairs: readonly { a: number; b: number; axis: string }[]): string[] =>
  pairs.map(({ a, b, axis }) => `${a}${axis}${b}`);

describe('the pairs that are compared', () => {
  it('are all neighbours, right and below', () => {
    expect(names(planOf(usual).pairs)).toEqual(['0x1', '0y3', '1x2', '1y4', '2y5', '3x4', '4x5']);
  });

  it('leave out what was not scanned, and list what has no planes', () => {
    const { pairs, unmeasured } = planOf({ ...usual, unscanned: [0], withoutChannel: [5] });
    expect(names(pairs)).toEqual(['1x2', '1y4', '3x4']);
    expect(names(unmeasured)).toEqual(['2y5', '4x5']);
    expect(unmeasured.map(({ reason }) => reason)).toEqual(['no-planes', 'no-planes']);
  });

  it('are none without an overlap, with a reason', () => {
    const { pairs, layers, groups, unmeasured } = planOf({ ...usual, overlap: 0 });
    expect([pairs, layers, groups]).toEqual([[], [], []]);
    expect(unmeasured).toHaveLength(7);
    expect(unmeasured[0]?.reason).toBe('thin-overlap');
  });

  it('are none of a single tile, and none where the job is told where its tiles lie', () => {
    for (const plan of [planOf({ ...usual, rows: 1, columns: 1 }), planOf(usual, { placement: 'nominal' })])
      expect([plan.pairs, plan.unmeasured, plan.layers, plan.groups]).toEqual([[], [], [], []]);
  });

  it('take the whole tile at most, where it overlaps by more than half', () => {
    const { pairs } = planOf({ ...usual, overlap: 0.99 });
    expect(pairs[0]?.stripVoxels).toBe(512);
  });
});

describe('the channel that is aligned', () => {
  const two: Shape = { ...usual, channels: [1, 3] };

  it.each([
    [{ autofluorescenceChannel: 3 }, 3],
    [{ autofluorescenceChannel: 0 }, 1],
    [{ autofluorescenceChannel: 3, alignmentChannel: 1 }, 1],
  ])('follows %o', (parameters, channel) => {
    expect(planOf(two, parameters).channel).toBe(channel);
  });

  it('is refused where the job does not have it', () => {
    expect(() => planOf(two, { alignmentChannel: 2 })).toThrow(
      'memory://brain: tiles are to be aligned by channel 2, which is not there. There are planes of 1, 3: choose one of them.',
    );
  });
});

describe('the search range', () => {
  const full: Shape = { ...usual, tileSize: [2048, 2048, 1000], overlap: 0.01 };

  it.each([
    [4, [60, 60, 20]],
    [10, [100, 60, 5]],
    [25, [60, 60, 20]],
  ])('is that of CloudReg at %i x', (magnification, search) => {
    expect(planOf({ ...full, magnification }).search).toEqual(search);
  });

  it('is halved with the resolution of the camera, but never below 8, 8, 5', () => {
    const half: Shape = { ...full, tileSize: [1024, 1024, 1000], magnification: 4 };
    expect(planOf(half).search).toEqual([30, 30, 10]);
    expect(planOf({ ...half, tileSize: [128, 128, 1000] }).search).toEqual([8, 8, 5]);
  });

  it('reaches over most of the overlap, for which no more is read', () => {
    const { search, pairs } = planOf({ ...full, overlap: 0.15 });
    expect(search).toEqual([184, 184, 5]);
    expect(pairs[0]?.stripVoxels).toBe(2048 - 1740 + 100);
    expect(pairs[1]?.stripVoxels).toBe(2048 - 1740 + 60);
  });

  it('is what the user says, also for what is read', () => {
    const { search, pairs } = planOf(full, { search: [33, 0, 2] });
    expect(search).toEqual([33, 0, 2]);
    expect(pairs[0]?.stripVoxels).toBe(2048 - 2027 + 33);
  });

  it('does not move a single plane', () => {
    expect(planOf({ ...usual, tileSize: [512, 512, 1] }).search[2]).toBe(0);
  });
});

describe('the layers', () => {
  it.each([
    [1, [[0, 1]]],
    [40, [[0, 40]]],
    [63, [[0, 63]]],
    [
      64,
      [
        [0, 32],
        [32, 64],
      ],
    ],
    [
      2000,
      [
        [218, 282],
        [718, 782],
        [1218, 1282],
        [1718, 1782],
      ],
    ],
  ])('of %i planes', (planes, expected) => {
    const { layers } = planOf({ ...usual, tileSize: [512, 512, planes] });
    expect(layers.map(({ z0, z1 }) => [z0, z1])).toEqual(expected);
  });

  it('lie inside the stack and apart, whatever its height', () => {
    for (let planes = 1; planes < 700; planes += 3)
      for (const compressed of [false, true]) {
        const { layers } = planOf({ ...usual, tileSize: [512, 512, planes], compressed });
        const ends = [0, ...layers.flatMap(({ z0, z1 }) => [z0, z1]), planes];
        expect(ends).toEqual([...ends].sort((a, b) => a - b));
        for (const { z0, z1 } of layers) {
          expect(z1 - z0).toBeGreaterThanOrEqual(Math.min(planes, planes < 64 ? 12 : 32));
          expect(z1 - z0).toBeLessThanOrEqual(64);
        }
      }
  });

  it('are deep enough for the search along z', () => {
    const { layers, search } = planOf({ ...usual, tileSize: [2048, 2048, 1200], magnification: 4 });
    for (const { z0, z1 } of layers) expect(z1 - z0).toBeGreaterThanOrEqual(2 * search[2]);
  });
});

describe('the tasks', () => {
  const large: Shape = { rows: 17, columns: 13, tileSize: [2048, 2048, 1200], overlap: 0.15 };

  it('hold every pair once', () => {
    for (const compressed of [false, true]) {
      const { groups, pairs } = planOf({ ...large, compressed });
      expect(new Set(groups.flatMap((group) => group.pairs))).toEqual(new Set(pairs));
      expect(groups.flatMap((group) => group.pairs)).toHaveLength(pairs.length);
    }
  });

  it('are one pair each where planes are read by the row', () => {
    expect(planOf(large).groups.every(({ pairs }) => pairs.length === 1)).toBe(true);
  });

  it('decode compressed planes little more than once', () => {
    const { groups, readsPerPlane } = planOf({ ...large, compressed: true });
    const decodes = groups.reduce((sum, group) => sum + tilesOfGroup(group).length, 0);
    expect(decodes / (17 * 13)).toBe(readsPerPlane);
    expect(readsPerPlane).toBeLessThan(1.375);
  });

  it('need memory that does not depend on the number of planes', () => {
    const memoryOf = (planes: number, compressed: boolean): number =>
      alignmentNeeds({
        acquisition: acquisitionOf({ ...large, tileSize: [2048, 2048, planes], compressed }),
        parameters: jobParameters.parse({}),
      }).memoryMiB;
    expect(memoryOf(1200, false)).toBeLessThan(768);
    expect(memoryOf(1200, true)).toBeLessThan(1280);
    for (const compressed of [false, true])
      expect(memoryOf(12_000, compressed)).toBe(memoryOf(1200, compressed));
  });
});

/** Headers: a scan was seen to read 2 KiB of each plane. */
const HEADER_BYTES = 2048;

const nominalPlacement = (acquisition: Acquisition): Placement =>
  makePlacement(
    acquisition,
    acquisition.tiles.map((tile) => {
      const nominal = nominalPosition(acquisition, tile);
      const { loc, row, column, directory } = tile;
      return { loc, row, column, directory, nominal, position: nominal, source: 'stage' as const };
    }),
  );

/** How often fusion decodes a plane, on average. */
function decodesInFusion(acquisition: Acquisition): number {
  const placement = nominalPlacement(acquisition);
  const { blocks } = fusionGeometry({ acquisition, placement, parameters: jobParameters.parse({}) });
  const [width, height] = blocks.blockSize;
  const touched = (start: number, end: number, step: number): number =>
    Math.ceil(end / step) - Math.floor(start / step);
  const decodes = placedTiles(placement).map(
    ({ box: { start, end } }) => touched(start[0], end[0], width) * touched(start[1], end[1], height),
  );
  return decodes.reduce((sum, count) => sum + count, 0) / decodes.length;
}

/** Bytes of the raw data that scan, survey, alignment and fusion read, as a multiple of the raw bytes. */
function timesRead(shape: Shape): number {
  const acquisition = acquisitionOf(shape);
  const { tiles, channels, tileSize } = acquisition;
  const [width, height, planes] = tileSize;
  const plan = alignmentPlan({ acquisition, parameters: jobParameters.parse({}) });
  const alignedPlanes = plan.layers.reduce((sum, { z0, z1 }) => sum + z1 - z0, 0);
  const samples = noiseSamples(acquisition, plan.channel);
  const sampled = samples.reduce((sum, { rows }) => sum + (shape.compressed ? 1 : rows / height), 0);
  return (
    HEADER_BYTES / (2 * width * height) +
    surveyGrid(acquisition, 'auto').planes.length / planes +
    (plan.readsPerPlane * alignedPlanes + sampled / tiles.length) / (channels.length * planes) +
    (shape.compressed ? decodesInFusion(acquisition) : 1.05)
  );
}

describe('what a whole run reads', () => {
  const cameras = [
    [2048, 0.15],
    [2048, 0.1],
    [2048, 0.2],
    [1024, 0.15],
    [512, 0.125],
    [512, 0.45],
  ] as const;
  const grids = [
    [1, 2],
    [2, 2],
    [3, 4],
    [7, 9],
    [20, 12],
  ] as const;
  const shapes = (planes: readonly number[], compressed: boolean): Shape[] =>
    cameras.flatMap(([side, overlap]) =>
      grids.flatMap(([rows, columns]) =>
        planes.flatMap((count) =>
          [4, 10].map((magnification): Shape => {
            const tileSize = [side, side, count] as const;
            return { rows, columns, tileSize, overlap, magnification, compressed };
          }),
        ),
      ),
    );
  const worst = (all: readonly Shape[]): number => Math.max(...all.map(timesRead));
  const tall = [256, 300, 383, 512, 1200, 4000];

  it('stays within 2.0 times the raw bytes for plain input of 256 planes or more', () => {
    expect(worst(shapes(tall, false))).toBeLessThanOrEqual(2);
  });

  it('stays within 2.5 times for compressed input of 256 planes or more', () => {
    expect(worst(shapes(tall, true))).toBeLessThanOrEqual(2.5);
  });

  it('stays within 3.0 times from 64 planes on', () => {
    const planes = [64, 65, 100, 128, 255];
    expect(worst(shapes(planes, false))).toBeLessThanOrEqual(3);
    expect(worst(shapes(planes, true))).toBeLessThanOrEqual(3);
  });

  it('stays within 3.0 times below, where tiles overlap by a fifth at most and fusion decodes planes once', () => {
    const shallow = (compressed: boolean): Shape[] =>
      shapes([16, 22, 40, 63], compressed).filter(({ overlap }) => overlap <= 0.2);
    const decodedOnce = shallow(true).filter((shape) => decodesInFusion(acquisitionOf(shape)) === 1);
    expect(decodedOnce.length).toBeGreaterThan(10);
    expect(worst(shallow(false))).toBeLessThanOrEqual(3);
    expect(worst(decodedOnce)).toBeLessThanOrEqual(3);
  });
});
