/** What comparing a group of pairs asks of the machine: it depends on the camera and the search, not on the stack. */
import type { Needs } from '../../../shared/engine/step.ts';
import { goodVolumeSize } from '../../../shared/numerics/fft-volume.ts';
import { bytesPerVoxel } from '../../../shared/volume/data-type.ts';
import { type AlignmentInputs, type AlignmentPlan, alignmentPlan, isCompressed } from './alignment-plan.ts';
import { stripArea } from './overlap-pairs.ts';
import { mostStripsHeld } from './pair-groups.ts';
import { PLANES_IN_FLIGHT } from './read-strips.ts';

/** A thread with its JavaScript heap, the transforms' tables, and the fine stage's segments. */
const RUNTIME_MIB = 192;
/** Pixels of a strip compared in a second; pixels decoded in a second. */
const COMPARE_RATE = 6e6;
const DECODE_RATE = 60e6;

/** The coarse stage bins strips and cuts them into pieces of at most so many rows. */
const LONGEST_PIECE = 320;
const LONG_STRIP = 1024;

export function alignmentNeeds(inputs: AlignmentInputs): Needs {
  const { acquisition } = inputs;
  const plan = alignmentPlan(inputs);
  const [width, height] = acquisition.tileSize;
  const depth = plan.layers.reduce((most, { z0, z1 }) => Math.max(most, z1 - z0), 0);
  const compressed = isCompressed(acquisition, plan.channel);
  const stripVoxels =
    depth * plan.pairs.reduce((m, pair) => Math.max(m, stripArea(pair, [width, height])), 0);
  const held = plan.groups.reduce((most, group) => Math.max(most, mostStripsHeld(group)), 0);
  // As the file, as what the decoder makes of it, and as the plane the strips are cut from.
  const decoded = compressed ? 3 * PLANES_IN_FLIGHT * width * height : 0;
  const bytes =
    (held * stripVoxels + decoded) * bytesPerVoxel(acquisition.dataType) +
    correlationBytes(plan, [width, height], depth, stripVoxels);
  const decodes = compressed
    ? (plan.readsPerPlane * acquisition.tiles.length * depth * width * height) / DECODE_RATE
    : 0;
  const pairs = plan.pairs.length / Math.max(1, plan.groups.length);
  return {
    memoryMiB: Math.ceil(bytes / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: Math.ceil((pairs * stripVoxels) / COMPARE_RATE + decodes / Math.max(1, plan.groups.length)),
  };
}

/** Binned fields of both strips, and three volumes of the transforms over the widened search. */
function correlationBytes(
  { search, pairs }: AlignmentPlan,
  [width, height]: readonly [number, number],
  depth: number,
  stripVoxels: number,
): number {
  const bin = Math.max(width, height) >= LONG_STRIP ? 4 : 2;
  const volumes = (['x', 'y'] as const).map((axis) => {
    const strip = pairs.find((pair) => pair.axis === axis)?.stripVoxels;
    if (strip === undefined) return 0;
    const x = ((axis === 'x' ? strip : width) + 2 * search[0]) / bin;
    const rows = (axis === 'y' ? strip : height) / bin;
    const size = goodVolumeSize({
      x: Math.ceil(x),
      y: Math.ceil(Math.min(rows, LONGEST_PIECE) + (4 * search[1]) / bin),
      z: depth + 2 * search[2],
    });
    return size.x * size.y * size.z;
  });
  return 4 * ((2 * stripVoxels) / bin ** 2 + 3 * Math.max(...volumes));
}
