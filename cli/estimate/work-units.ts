/**
 * What the time of a step's tasks grows with, counted in units that the benchmark measures and `estimate` multiplies.
 * The numbers come out of the steps' own plans; a step without a unit of its own counts the seconds that its `needs` say.
 */
import type { JobParameters } from '../../services/parameters.ts';
import type { FuseTask } from '../../services/stitching/fusion/fusion-geometry.ts';
import { tilesInBlock } from '../../services/stitching/fusion/tile-view.ts';
import type { OverlapPair } from '../../services/stitching/overlaps/overlap-pairs.ts';
import { stripArea } from '../../services/stitching/overlaps/overlap-pairs.ts';
import type { PlaneLayer } from '../../services/stitching/overlaps/plane-layers.ts';
import { previewFrame } from '../../services/stitching/preview/preview-frame.ts';
import type { Acquisition } from '../../shared/acquisition/acquisition.ts';
import type { Placement } from '../../shared/acquisition/placement.ts';
import { surveyGrid } from '../../shared/acquisition/survey-grid.ts';
import type { StepId } from '../../shared/engine/records.ts';
import type { Box } from '../../shared/geometry/box.ts';
import { boxSize } from '../../shared/geometry/box.ts';
import type { PlannedStep } from './nominal-plan.ts';

export type UnitName = 'megavoxel' | 'plane' | 'tile' | 'second of its needs';

interface StepInputs {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly parameters: JobParameters;
}

interface Unit {
  readonly name: UnitName;
  /** Of one task, by its specification. */
  of(spec: unknown, inputs: StepInputs): number;
  /** Parts of planes that the task asks for, each a request; absent: as many for each unit as were measured. */
  reads?(spec: unknown, inputs: StepInputs): number;
  /** Bytes that it writes; absent: as many for each unit as were measured. */
  writes?(spec: unknown, inputs: StepInputs): number;
}

const MEGA = 1e6;
/** The JSON beside a reduced tile: means of planes and a histogram. */
const TILE_SURVEY_BYTES = 8_000;

const UNITS: Readonly<Record<StepId, Unit>> = {
  'ingest.scan': { name: 'plane', of: () => 0 },
  'tile-correction.survey': {
    name: 'megavoxel',
    of: (_, { acquisition, parameters }) => {
      const [width, height] = acquisition.tileSize;
      return (surveyGrid(acquisition, parameters.flatFieldStride).planes.length * width * height) / MEGA;
    },
    reads: (_, { acquisition, parameters }) =>
      surveyGrid(acquisition, parameters.flatFieldStride).planes.length,
    writes: (_, { acquisition, parameters }) =>
      TILE_SURVEY_BYTES +
      surveyGrid(acquisition, parameters.flatFieldStride).size.reduce((bytes, size) => bytes * size, 4),
  },
  'tile-correction.flat-field': { name: 'tile', of: (_, { acquisition }) => acquisition.tiles.length },
  'stitching.align': {
    name: 'megavoxel',
    of: (spec, inputs) => comparedVoxels(spec, inputs) / MEGA,
    reads: (spec) => comparedPlanes(spec),
  },
  'stitching.place': { name: 'tile', of: (_, { acquisition }) => acquisition.tiles.length },
  'stitching.preview': {
    name: 'megavoxel',
    of: (_, inputs) => previewFrame(inputs).size.reduce((product, size) => product * size, 1) / MEGA,
  },
  'stitching.fuse': {
    name: 'megavoxel',
    of: (spec, inputs) => fusedVoxels(spec as FuseTask, inputs) / MEGA,
    reads: (spec, inputs) => fusedPlanes(spec as FuseTask, inputs),
  },
  'downsampling.pyramid': {
    name: 'megavoxel',
    of: (spec) => voxelsOf((spec as { readonly block: Box }).block) / MEGA,
  },
};

export interface TaskWork {
  readonly units: number;
  /** Undefined: as measured. */
  readonly reads: number | undefined;
  readonly writtenBytes: number | undefined;
}

/** The acquisition is named apart, as the step that finds it does not read it. */
export function workOf(
  { id, needs, inputs }: Pick<PlannedStep, 'id' | 'needs' | 'inputs'>,
  spec: unknown,
  acquisition: Acquisition,
): TaskWork {
  if (id === 'ingest.scan')
    return { units: planesOf(acquisition), reads: undefined, writtenBytes: undefined };
  const given = inputs as unknown as StepInputs;
  const unit = UNITS[id];
  return {
    units: unit?.of(spec, given) ?? Math.max(1, needs.seconds),
    reads: unit?.reads?.(spec, given),
    writtenBytes: unit?.writes?.(spec, given),
  };
}

export const unitName = (id: StepId): UnitName => UNITS[id]?.name ?? 'second of its needs';

export const planesOf = ({ tiles, tileSize: [, , planes] }: Acquisition): number =>
  tiles.reduce(
    (sum, { stacks }) => sum + stacks.reduce((own, { missing }) => own + planes - missing.length, 0),
    0,
  );

interface AlignTask {
  readonly kind: 'noise' | 'pairs';
  readonly layer?: number;
  readonly group?: { readonly pairs: readonly OverlapPair[] };
  readonly plan: { readonly layers: readonly PlaneLayer[] };
}

/** The strips of both tiles. A sample of the noise looks at few planes: it counts as one strip's voxels would, none. */
function comparedVoxels(spec: unknown, { acquisition }: StepInputs): number {
  const { kind, group, layer, plan } = spec as AlignTask;
  if (kind === 'noise' || group === undefined || layer === undefined) return 0;
  const { z0, z1 } = plan.layers[layer]!;
  return group.pairs.reduce((sum, pair) => sum + 2 * stripArea(pair, acquisition.tileSize) * (z1 - z0), 0);
}

function comparedPlanes(spec: unknown): number {
  const { kind, group, layer, plan } = spec as AlignTask;
  if (kind === 'noise' || group === undefined || layer === undefined) return 0;
  const { z0, z1 } = plan.layers[layer]!;
  return 2 * group.pairs.length * (z1 - z0);
}

const fusedPlanes = ({ channel, block }: FuseTask, { acquisition, placement }: StepInputs): number =>
  tilesInBlock(acquisition, placement, channel, block).reduce(
    (sum, { covers }) => sum + boxSize(covers)[2],
    0,
  );

/** Voxels that tiles give to a block; of planes that decode as a whole all of them. Where no tile is, work is little. */
function fusedVoxels({ channel, block }: FuseTask, { acquisition, placement }: StepInputs): number {
  const plane = acquisition.tileSize[0] * acquisition.tileSize[1];
  return tilesInBlock(acquisition, placement, channel, block).reduce((sum, { covers, stack }) => {
    const [x, y, z] = boxSize(covers);
    return sum + (stack.compressed ? plane : x * y) * z;
  }, 0);
}

const voxelsOf = (box: Box): number => boxSize(box).reduce((product, size) => product * size, 1);
