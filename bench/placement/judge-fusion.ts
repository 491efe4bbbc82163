/** A fused volume against its clean source. */
import { feather } from '../../services/stitching/fusion/ramps.ts';
import type { FusedChannel } from './fused-channel.ts';
import type { Truth } from './truth.ts';

export interface ExactVoxels {
  readonly voxels: number;
  readonly different: number;
}

/** Voxels under one tile, under several, and under none, where the volume must be 0. */
export function compareVoxels({ size, voxels, coverage, clean }: FusedChannel): readonly ExactVoxels[] {
  const kinds = [0, 1, 2].map(() => ({ voxels: 0, different: 0 }));
  let at = 0;
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, at++) {
        const kind = kinds[Math.min(2, coverage[at]!)]!;
        const expected = coverage[at] === 0 ? 0 : roundHalfEven(clean(x, y, z) ?? Number.NaN);
        kind.voxels++;
        if (voxels[at] !== expected) kind.different++;
      }
  return kinds;
}

/** As the generator rounds. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Of all voxels under some tile. */
export function voxelCorrelation({ size, voxels, coverage, clean }: FusedChannel): number {
  const sums = correlationSums();
  let at = 0;
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, at++) {
        const expected = coverage[at] === 0 ? undefined : clean(x, y, z);
        if (expected !== undefined) sums.add(voxels[at]!, expected);
      }
  return sums.correlation();
}

const BLOCK = 8;
const LEAST_CLEAN = 50;

/**
 * Of the logs of the means of 8 x 8 x 1 blocks that tiles cover as a whole and whose clean mean is above 50, with the
 * generator's fall-off along z and its tile gains divided out.
 */
export function blockCorrelation(fused: FusedChannel, truth: Truth): number {
  const [width, height, depth] = fused.size;
  const brightness = expectedBrightness(fused, truth);
  const sums = correlationSums();
  for (let z = 0; z < depth; z++) {
    const lightAt = brightness(z);
    for (let y = 0; y + BLOCK <= height; y += BLOCK)
      for (let x = 0; x + BLOCK <= width; x += BLOCK) {
        const block = meanBlock(fused, x, y, z);
        const light = lightAt(x + BLOCK / 2, y + BLOCK / 2);
        if (block === undefined || light === 0 || block.clean <= LEAST_CLEAN) continue;
        sums.add(Math.log(Math.max(block.fused, 1) / light), Math.log(block.clean));
      }
  }
  return sums.correlation();
}

function meanBlock(
  { size, voxels, coverage, clean }: FusedChannel,
  x0: number,
  y0: number,
  z: number,
): { readonly fused: number; readonly clean: number } | undefined {
  let [fusedSum, cleanSum] = [0, 0];
  for (let y = y0; y < y0 + BLOCK; y++)
    for (let x = x0; x < x0 + BLOCK; x++) {
      const at = x + size[0] * (y + size[1] * z);
      const expected = coverage[at] === 0 ? undefined : clean(x, y, z);
      if (expected === undefined) return undefined;
      fusedSum += voxels[at]!;
      cleanSum += expected;
    }
  return { fused: fusedSum / BLOCK ** 2, clean: cleanSum / BLOCK ** 2 };
}

/** What the generator multiplied the sample by, blended as fusion blends: by plane, then by column and row; 0 where no tile is. */
function expectedBrightness({ tiles }: FusedChannel, { tiles: made, tile_size, z_falloff }: Truth) {
  const gains = new Map(made.map(({ loc, gain }) => [loc, gain]));
  const fallOff = (plane: number): number => (1 - z_falloff.z_falloff) ** (plane / (tile_size[2] - 1));
  return (z: number) => {
    const present = tiles.filter(({ box }) => z >= box.start[2] && z < box.end[2]);
    const lit = present.map((tile) => ({
      box: tile.box,
      ramps: feather(tile, present),
      light: gains.get(tile.loc)! * fallOff(z - tile.box.start[2]),
    }));
    return (x: number, y: number): number => {
      let [weights, sum] = [0, 0];
      for (const { box, ramps, light } of lit) {
        const weight = (ramps.x[x - box.start[0]] ?? 0) * (ramps.y[y - box.start[1]] ?? 0);
        weights += weight;
        sum += weight * light;
      }
      return weights === 0 ? 0 : sum / weights;
    };
  };
}

function correlationSums() {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  return {
    add(p: number, q: number): void {
      n++;
      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    },
    correlation: (): number => (n * ab - a * b) / Math.sqrt((n * aa - a * a) * (n * bb - b * b)),
  };
}
