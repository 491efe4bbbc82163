/** What alignment measures: a function of the acquisition and the job's parameters alone, so placement knows it too. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { JobParameters } from '../../parameters.ts';
import type { Triple } from '../axes.ts';
import { alignmentChannelOf } from './alignment-channel.ts';
import { type OverlapPair, overlapPairs, stackOf, type UnmeasuredPair } from './overlap-pairs.ts';
import { type PairGroup, pairGroups, readsPerPlane } from './pair-groups.ts';
import { type PlaneLayer, planeLayers } from './plane-layers.ts';
import { searchRangeOf } from './search-range.ts';

export interface AlignmentPlan {
  readonly channel: number;
  /** Voxels to each side of the nominal offset. */
  readonly search: Triple;
  readonly pairs: readonly OverlapPair[];
  /** Neighbours that cannot be compared: without planes of the channel, or without an overlap to speak of. */
  readonly unmeasured: readonly UnmeasuredPair[];
  /** Of every pair; `pairLayerFile(pair, n)` holds what layer n says. */
  readonly layers: readonly PlaneLayer[];
  /** The pairs by task; a task takes one group in one layer. */
  readonly groups: readonly PairGroup[];
  /** How often the planes of a layer are read, averaged over all tiles. */
  readonly readsPerPlane: number;
}

export interface AlignmentInputs {
  readonly acquisition: Acquisition;
  readonly parameters: JobParameters;
}

/**
 * Where the job is told where its tiles lie (`--placement`), no overlap is compared. Throws `AcquisitionError` where the
 * job does not have the channel.
 */
export function alignmentPlan({ acquisition, parameters }: AlignmentInputs): AlignmentPlan {
  const { search, margin } = searchRangeOf(acquisition, parameters);
  if (parameters.placement !== 'auto') return { ...NOTHING, channel: acquisition.channels[0]!, search };
  const channel = alignmentChannelOf(acquisition, parameters);
  const { pairs, unmeasured } = overlapPairs(acquisition, channel, margin);
  const compressed = isCompressed(acquisition, channel);
  const groups = pairGroups(pairs, acquisition.tiles, compressed);
  const reads = readsPerPlane(groups, acquisition.tiles.length, acquisition.tileSize, compressed);
  const layers = planeLayers({
    planes: acquisition.tileSize[2],
    channels: acquisition.channels.length,
    compressed,
    search,
    readsPerPlane: reads,
  });
  return { channel, search, pairs, unmeasured, layers, groups, readsPerPlane: reads };
}

const NOTHING = { pairs: [], unmeasured: [], layers: [], groups: [], readsPerPlane: 0 } as const;

/** True where planes of some tile must be decoded as a whole. */
export const isCompressed = ({ tiles }: Acquisition, channel: number): boolean =>
  tiles.some((tile) => stackOf(tile, channel)?.compressed === true);
