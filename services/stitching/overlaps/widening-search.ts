/** One pair in one layer, with a second look further away where the first one asks for it. */
import type { Fourier } from '../../../shared/numerics/fft-volume.ts';
import { alignPair, type PairEstimate, type PairInput } from '../alignment/align-pair.ts';
import { axes, type Triple } from '../axes.ts';

export interface SearchedEstimate extends PairEstimate {
  /** Voxels around the nominal offset. */
  readonly search: Triple;
  readonly widened: boolean;
}

const WIDENING = 2;
/** Less is noise, wherever one looks. */
const LEAST_SIGNAL = 1.05;
/** What placement asks of a pair (STITCHING section 2.5). */
const LEAST_RELIABILITY = 0.15;

/**
 * A best candidate at the border of the range widens the axes on which it lies there; strips that show something and
 * yet fit nowhere widen all of them. Once: what is found then stands. The strips stay as they are: where the tiles
 * overlap more than the range allowed for, all but the excess is in them.
 */
export function alignWidening(fourier: Fourier, input: PairInput): SearchedEstimate {
  const first = alignPair(fourier, input);
  const { search } = input;
  const wider = widerAxes(first, input);
  const widened = axes((i) => (wider[i] ? WIDENING * search[i] : search[i]));
  if (axes((i) => widened[i] === search[i]).every((same) => same))
    return { ...first, search, widened: false };
  return { ...alignPair(fourier, { ...input, search: widened }), search: widened, widened: true };
}

function widerAxes(
  { candidates: [best], atSearchBorder, signal }: PairEstimate,
  { nominal, search }: PairInput,
): readonly [boolean, boolean, boolean] {
  if (best !== undefined && atSearchBorder)
    return axes((i) => Math.abs(best.offset[i] - nominal[i]) > search[i] - 1);
  const isLost = signal >= LEAST_SIGNAL && (best?.reliability ?? 0) < LEAST_RELIABILITY;
  return [isLost, isLost, isLost];
}
