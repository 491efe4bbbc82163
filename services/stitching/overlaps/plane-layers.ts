/** Which planes of all tiles are compared: few enough that a run reads its input little more than once. */
import type { Triple } from '../axes.ts';

export interface PlaneLayer {
  readonly z0: number;
  /** Not included. */
  readonly z1: number;
}

interface ReadBudget {
  readonly fromPlanes: number;
  /** Share of the raw bytes that alignment may read. */
  readonly plain: number;
  readonly compressed: number;
}

/**
 * A run may read plain input 2.0 times and compressed input 2.5 times, or 3.0 times where tiles have fewer than 256
 * planes. Fusion reads plain planes 1.05 times and decodes compressed ones up to 1.9 times; the survey takes a quarter of
 * the planes, below 256 a third and below 64 all. Headers and noise samples take a few percent.
 */
const READ_BUDGETS: readonly ReadBudget[] = [
  { fromPlanes: 256, plain: 0.5, compressed: 0.3 },
  { fromPlanes: 64, plain: 1.2, compressed: 0.7 },
  { fromPlanes: 0, plain: 0.9, compressed: 0.8 },
];

const MOST_LAYERS = 4;
const MOST_PLANES = 64;
/** A compressed group holds many strips at once. */
const MOST_PLANES_COMPRESSED = 48;
/** Thinner layers leave the offset along z uncertain; twice the search, so that half of them meets wherever b lies. */
const LEAST_PLANES = 32;
/** Small stacks are compared with at least so many of their planes, whatever may be read. */
const LEAST_PLANES_AT_ALL = 12;

export interface LayerInputs {
  /** Of a tile. */
  readonly planes: number;
  readonly channels: number;
  readonly compressed: boolean;
  readonly search: Triple;
  /** Of one channel: `pair-groups.ts`. */
  readonly readsPerPlane: number;
}

/** The same for all pairs: 1 to 4 layers of up to 64 planes, evenly spread; shallow stacks are one layer. */
export function planeLayers(inputs: LayerInputs): PlaneLayer[] {
  const { planes, compressed, search } = inputs;
  if (inputs.readsPerPlane === 0) return [];
  const affordable = affordablePlanes(inputs);
  const least = Math.min(MOST_PLANES, Math.max(LEAST_PLANES, 2 * search[2]));
  const layers = planes < MOST_PLANES ? 1 : clamp(Math.floor(affordable / least), 1, MOST_LAYERS);
  const most = compressed && planes >= MOST_PLANES ? MOST_PLANES_COMPRESSED : MOST_PLANES;
  const depth = Math.min(most, Math.floor(affordable / layers));
  return Array.from({ length: layers }, (_, layer) => {
    const z0 = Math.round(((layer + 0.5) * planes) / layers - depth / 2);
    return { z0, z1: z0 + depth };
  });
}

function affordablePlanes({ planes, channels, compressed, readsPerPlane }: LayerInputs): number {
  const budget = READ_BUDGETS.find(({ fromPlanes }) => planes >= fromPlanes)!;
  const share = (compressed ? budget.compressed : budget.plain) * channels;
  const affordable = Math.floor((share * planes) / readsPerPlane);
  return clamp(affordable, Math.min(planes, LEAST_PLANES_AT_ALL), planes);
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
