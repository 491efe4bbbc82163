/** What `--blend` means where tiles overlap: a weight for every pixel of a tile, and a rule that joins them. */
import type { PlacedTile } from '../../../shared/acquisition/placement.ts';
import type { JobParameters } from '../../parameters.ts';
import { even, feather, type Ramps } from './ramps.ts';

export interface BlendMode {
  readonly ramps: (tile: PlacedTile, present: readonly PlacedTile[]) => Ramps;
  readonly kernel: 'blend' | 'blendNearest' | 'blendMax' | 'blendMin';
}

/** Every mode gives back one tile as it is, and of tiles that agree the very value they agree on. */
export const blendModes: Readonly<Record<JobParameters['blend'], BlendMode>> = {
  linear: { ramps: feather, kernel: 'blend' },
  nearest: { ramps: feather, kernel: 'blendNearest' },
  mean: { ramps: even, kernel: 'blend' },
  max: { ramps: even, kernel: 'blendMax' },
  min: { ramps: even, kernel: 'blendMin' },
};
