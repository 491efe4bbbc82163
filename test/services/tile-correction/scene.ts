/** Looks of a made-up specimen seen through a known vignette, for tests that need no data. */
import type { FlatFieldInput } from '../../../services/tile-correction/estimate-flat-field.ts';
import type { ReducedGrid } from '../../../services/tile-correction/looks.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';

export interface SceneOptions {
  readonly seed: number;
  readonly columns: number;
  readonly rows: number;
  /** Log of the vignette at u, v from -1 to 1 over the tile. */
  readonly logVignette: (u: number, v: number) => number;
}

export const grid: ReducedGrid = { width: 40, height: 40, reduction: 4 };
const step = 34;
const background = 110;

/** Two z blocks; tile gains of 4 %, stage errors up to half a reduced pixel, noise of 1 %. */
export function makeScene({ seed, columns, rows, logVignette }: SceneOptions): FlatFieldInput {
  const random = seededRandom(seed);
  const tissue = [makeTissue(random), makeTissue(random)];
  const tiles = Array.from({ length: columns * rows }, (_, tile) => ({
    x: (tile % columns) * step,
    y: Math.floor(tile / columns) * step,
    shiftX: random() - 0.5,
    shiftY: random() - 0.5,
    gain: 1 + 0.14 * (random() - 0.5),
  }));
  const looks = tiles.flatMap(({ x, y, shiftX, shiftY, gain }, tile) =>
    tissue.map((brightness, zBlock) => ({
      tile,
      zBlock,
      image: Float32Array.from({ length: grid.width * grid.height }, (_, n) => {
        const [i, j] = [n % grid.width, Math.floor(n / grid.width)];
        const light = Math.exp(logVignette(...acrossTile(n))) * gain * (1 + 0.035 * (random() - 0.5));
        return background + light * brightness(x + i + shiftX, y + j + shiftY);
      }),
    })),
  );
  const origins = tiles.map(({ x, y }) => [x * grid.reduction, y * grid.reduction] as const);
  return { grid, looks, origins, background };
}

/** The truth at the pixels of the grid. */
export const truthOnGrid = (logVignette: SceneOptions['logVignette']): Float64Array =>
  Float64Array.from({ length: grid.width * grid.height }, (_, n) => logVignette(...acrossTile(n)));

function acrossTile(pixel: number): [number, number] {
  const [i, j] = [pixel % grid.width, Math.floor(pixel / grid.width)];
  return [(2 * i) / (grid.width - 1) - 1, (2 * j) / (grid.height - 1) - 1];
}

/** Brightness of about 400 counts with waves of 8 to 80 pixels, as exp of a sum of cosines. */
export function makeTissue(random: () => number): (x: number, y: number) => number {
  const waves = Array.from({ length: 12 }, () => {
    const [angle, length] = [2 * Math.PI * random(), 8 + 72 * random()];
    const scale = (2 * Math.PI) / length;
    return { kx: scale * Math.cos(angle), ky: scale * Math.sin(angle), phase: 2 * Math.PI * random() };
  });
  return (x, y) =>
    400 *
    Math.exp(waves.reduce((sum, { kx, ky, phase }) => sum + 0.1 * Math.cos(kx * x + ky * y + phase), 0));
}
