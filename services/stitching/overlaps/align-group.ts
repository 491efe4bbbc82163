/** The pairs of a group in one layer: tile after tile is read, and a pair is compared as soon as both its strips are there. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import type { NoiseModel } from '../alignment/noise-model.ts';
import type { Correlator } from '../alignment/workspace.ts';
import { axes, type Triple } from '../axes.ts';
import { type OverlapPair, stackOf, stripRegion } from './overlap-pairs.ts';
import { type PairGroup, tilesOfGroup } from './pair-groups.ts';
import type { PairLayerFile } from './pair-layer-file.ts';
import type { PlaneLayer } from './plane-layers.ts';
import { type DamagedPlane, type ReadStrip, readStrips } from './read-strips.ts';
import { type SearchedEstimate, searchOverlap } from './search-overlap.ts';

export interface GroupInput {
  readonly group: PairGroup;
  readonly layer: PlaneLayer;
  readonly channel: number;
  readonly search: Triple;
  readonly noise: NoiseModel;
  readonly acquisition: Acquisition;
  readonly reader: PlaneReader;
  /** Damaged planes stop the task. */
  readonly strict: boolean;
}

export interface AlignedPair {
  readonly pair: OverlapPair;
  readonly file: PairLayerFile;
}

/** What a tile contributes to one pair. */
interface Side {
  readonly strip: ReadStrip;
  readonly damaged: PairLayerFile['damaged'];
}

export async function* alignGroup(correlator: Correlator, input: GroupInput): AsyncGenerator<AlignedPair> {
  const waiting = new Map<OverlapPair, Side>();
  for (const loc of tilesOfGroup(input.group)) {
    for (const [pair, side] of await readTile(input, loc)) {
      const other = waiting.get(pair);
      if (other === undefined) {
        waiting.set(pair, side);
        continue;
      }
      waiting.delete(pair);
      yield { pair, file: compare(correlator, input, pair, other, side) };
    }
  }
}

/** The tile's strips of all its pairs. */
async function readTile(input: GroupInput, loc: number): Promise<(readonly [OverlapPair, Side])[]> {
  const { group, acquisition, channel, reader, layer, strict } = input;
  const pairs = group.pairs.filter(({ a, b }) => a === loc || b === loc);
  const tile = acquisition.tiles.find((candidate) => candidate.loc === loc)!;
  const regions = pairs.map((pair) => stripRegion(pair, pair.a === loc ? 'a' : 'b', acquisition.tileSize));
  const read = await readStrips(reader, acquisition, stackOf(tile, channel)!, regions, layer);
  if (strict && read.damaged[0] !== undefined) throw read.damaged[0].error;
  const damaged = read.damaged.map(({ plane, error }: DamagedPlane) => ({
    loc,
    plane,
    reason: error.reason,
  }));
  return pairs.map((pair, index) => [pair, { strip: read.strips[index]!, damaged }]);
}

function compare(
  correlator: Correlator,
  { acquisition: { tileSize }, channel, layer, noise, search }: GroupInput,
  pair: OverlapPair,
  a: Side,
  b: Side,
): PairLayerFile {
  const { nominal, axis } = pair;
  const found = [a, b].some(({ strip }) => isEmpty(strip))
    ? nothing(search)
    : searchOverlap(correlator, { a: a.strip, b: b.strip, tileSize, nominal, search, noise });
  return {
    format: 'cloudreg-pair-layer/1',
    channel,
    a: pair.a,
    b: pair.b,
    axis,
    nominal: [...nominal],
    z0: layer.z0,
    z1: layer.z1,
    search: [...found.search],
    widened: found.widened,
    atSearchBorder: found.atSearchBorder,
    signal: found.signal,
    candidates: [...found.candidates],
    damaged: [...a.damaged, ...b.damaged],
  };
}

const isEmpty = ({ size, missingPlanes }: ReadStrip): boolean => missingPlanes.length === size[2];

const nothing = (search: Triple): SearchedEstimate => ({
  candidates: [],
  atSearchBorder: false,
  signal: 0,
  search: axes((i) => search[i]),
  widened: false,
});
