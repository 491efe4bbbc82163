/** From the files of the alignment to the placement, and to what became of each pair. */
import {
  fourDecimals,
  makePlacement,
  nominalPosition,
  type Placement,
} from '../../../shared/acquisition/placement.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { mergeLayers } from '../alignment/layers.ts';
import { type AlignmentInputs, type AlignmentPlan, alignmentPlan } from '../overlaps/alignment-plan.ts';
import { type Noise, noiseFile } from '../overlaps/noise-samples.ts';
import type { OverlapPair } from '../overlaps/overlap-pairs.ts';
import { readPairLayers } from '../overlaps/pair-layer-file.ts';
import type { Pair, Pairs } from '../pairs.ts';
import { type MeasuredPair, placeTiles, type TilePlacement } from './place-tiles.ts';

/** Pairs whose files are on their way. */
const PARALLEL_PAIRS = 8;

export interface MeasuredPlacement {
  readonly placement: Placement;
  readonly pairs: Pairs;
}

export async function measuredPlacement(
  inputs: AlignmentInputs,
  store: ObjectStore,
): Promise<MeasuredPlacement> {
  const { acquisition } = inputs;
  const plan = alignmentPlan(inputs);
  const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => ({
    loc,
    row,
    column,
    directory,
    nominal: nominalPosition(acquisition, { row, column }),
  }));
  const placed = placeTiles(tiles, await readPairs(plan, store), plan.search);
  const directories = new Map(tiles.map(({ loc, directory }) => [loc, directory]));
  const placement = makePlacement(
    acquisition,
    placed.tiles.map(({ nominal, position, sd, ...tile }) => ({
      ...tile,
      directory: directories.get(tile.loc)!,
      nominal: [...nominal],
      position: [...position],
      sd: fourDecimals(sd),
    })),
    judgement(plan, placed),
  );
  return { placement, pairs: pairsOf(plan, await readFile(store, noiseFile), placed) };
}

async function readPairs(plan: AlignmentPlan, store: ObjectStore): Promise<MeasuredPair[]> {
  const measured = await inParallel(plan.pairs, PARALLEL_PAIRS, async (pair): Promise<MeasuredPair> => {
    const merged = mergeLayers(await readPairLayers(store, pair, plan.layers.length));
    const { candidates, layers, atSearchBorder } = merged;
    return { ...neighboursOf(pair), candidates: [...candidates], layers: [...layers], atSearchBorder };
  });
  const unmeasured = plan.unmeasured.map((pair): MeasuredPair => {
    return { ...neighboursOf(pair), candidates: [], layers: [], atSearchBorder: false };
  });
  return [...measured, ...unmeasured];
}

const neighboursOf = ({ a, b, axis, nominal }: Pick<OverlapPair, 'a' | 'b' | 'axis' | 'nominal'>) => ({
  a,
  b,
  axis,
  nominal: [...nominal] as [number, number, number],
});

function judgement({ channel }: AlignmentPlan, placed: TilePlacement): NonNullable<Placement['measured']> {
  const { components, stageCorrection, statistics } = placed;
  return {
    channel,
    components,
    stageCorrection: { x: fourDecimals(stageCorrection.x), y: fourDecimals(stageCorrection.y) },
    statistics: {
      ...statistics,
      residualMax: fourDecimals(statistics.residualMax),
      residualRms: fourDecimals(statistics.residualRms),
    },
  };
}

function pairsOf({ channel, search }: AlignmentPlan, noise: Noise, { pairs }: TilePlacement): Pairs {
  const { background, readVariance, gain } = noise;
  return {
    format: 'cloudreg-pairs/1',
    channel,
    search: [...search],
    noise: { background, readVariance, gain },
    pairs: pairs.map((pair): Pair => ({ ...pair, residual: fourDecimals(pair.residual) })),
  };
}
