/**
 * An invented brain in coronal section: an outline with a notch between the hemispheres, cortical layers, white
 * matter, a hippocampus, nuclei, fibre patches and ventricles. It is anatomy for the eye and for alignment, not a model.
 *
 * Coordinates: u (right) and v (down) are 0 in the middle and 1 near the edge of the mosaic, w is -1 to 1 along z.
 */
import { latticeBits, mix, smoothNoise, smoothStep } from './lattice-noise.ts';

export interface Tissue {
  /** 0 outside the brain, 1 inside. */
  readonly inside: number;
  /** Of the labelled channel and of the tissue's own fluorescence, about 0 to 1.5. */
  readonly signal: number;
  readonly autofluorescence: number;
  /** Share of the densest packing. */
  readonly cells: number;
}

type Look = readonly [signal: number, autofluorescence: number, cells: number];

const OUTSIDE: Tissue = { inside: 0, signal: 0, autofluorescence: 0, cells: 0 };
const WHITE_MATTER: Look = [0.3, 0.85, 0.08];
const FLUID: Look = [0.04, 0.06, 0];

/** Layers of the cortex by depth, 0 at the surface and 1 at the white matter. */
const LAYERS: readonly (readonly [depth: number, look: Look])[] = [
  [0, [0.5, 0.6, 0.1]],
  [0.1, [0.42, 0.6, 0.12]],
  [0.14, [0.95, 0.55, 0.9]],
  [0.32, [0.85, 0.55, 0.75]],
  [0.37, [1.15, 0.5, 1]],
  [0.47, [1.1, 0.5, 1]],
  [0.52, [0.62, 0.56, 0.4]],
  [0.68, [0.7, 0.58, 0.5]],
  [0.74, [0.92, 0.55, 0.75]],
  [0.95, [0.75, 0.6, 0.5]],
  [1.02, WHITE_MATTER],
  [1.16, WHITE_MATTER],
];

export function tissueAt(seed: number, u: number, v: number, w: number): Tissue {
  const x = u + 0.03 * smoothNoise(seed + 1, u * 4, v * 4, w);
  const y = v + 0.03 * smoothNoise(seed + 2, u * 4, v * 4, w);
  const depth = 1 - outline(x, y) - 0.03 * w * w;
  const inside = smoothStep(0, 0.012, depth);
  if (inside === 0) return OUTSIDE;
  const dorsal = 1 - smoothStep(0.28, 0.6, y);
  const layer = depth / (0.12 + 0.13 * dorsal);
  const deep = smoothStep(1.1, 1.2, layer);
  const look = deep < 1 ? blend(cortex(layer), deepLook(seed, x, y, w), deep) : deepLook(seed, x, y, w);
  const patchiness = 1 + 0.22 * smoothNoise(seed + 3, u * 14, v * 14, w * 3);
  return { inside, signal: look[0] * patchiness, autofluorescence: look[1], cells: look[2] };
}

/** 0 in the middle, 1 at the surface. */
function outline(x: number, y: number): number {
  const angle = Math.atan2(y, Math.abs(x));
  const notch = y < 0 ? 0.1 * Math.exp(-((x / 0.06) ** 2)) : 0.03 * Math.exp(-((x / 0.1) ** 2));
  const cheek = 0.05 * Math.exp(-(((angle - 0.55) / 0.3) ** 2));
  return distance(x / 0.93, y / (y < 0 ? 0.78 : 0.82)) + notch - cheek;
}

function cortex(layer: number): Look {
  const next = LAYERS.findIndex(([depth]) => depth > layer);
  if (next === -1) return WHITE_MATTER;
  const [above, below] = [LAYERS[next - 1]!, LAYERS[next]!];
  return blend(above[1], below[1], (layer - above[0]) / (below[0] - above[0]));
}

function deepLook(seed: number, x: number, y: number, w: number): Look {
  const a = Math.abs(x);
  let look = nuclei(seed, x, y, w);
  look = blend(look, striatum(seed, x, y), ellipse(a - 0.5, y - 0.12, 0.2, 0.27));
  look = blend(look, WHITE_MATTER, band(distance((a - 0.12) / 0.85, y - 0.1) - 0.27, 0.018));
  look = hippocampus(look, a, y, w);
  look = blend(look, FLUID, ventricles(a, y, w));
  return look;
}

/** Patches of space, each with its own brightness, thin fibres between them. */
function nuclei(seed: number, x: number, y: number, w: number): Look {
  const { nearest, second, bits } = scatteredPoints(seed + 5, Math.abs(x) / 0.13, y / 0.13 + 0.3 * w);
  const level = 0.5 + 0.4 * ((bits >>> 16) / 65_536);
  const between = 1 - smoothStep(0.03, 0.12, second - nearest);
  return blend([level, 0.52, level], WHITE_MATTER, 0.35 * between);
}

/** Grey, pierced by bundles of fibres. */
function striatum(seed: number, x: number, y: number): Look {
  const { nearest, bits } = scatteredPoints(seed + 6, x / 0.042, y / 0.042);
  const radius = 0.15 + 0.25 * ((bits >>> 16) / 65_536);
  return blend([0.78, 0.5, 0.65], WHITE_MATTER, smoothStep(radius + 0.1, radius - 0.1, nearest));
}

/** One point in each unit square: distances of the two nearest, and the random bits of the nearest. */
function scatteredPoints(seed: number, x: number, y: number) {
  let nearest = 9;
  let second = 9;
  let bits = 0;
  for (let i = Math.floor(x) - 1; i <= Math.floor(x) + 1; i++)
    for (let j = Math.floor(y) - 1; j <= Math.floor(y) + 1; j++) {
      const point = latticeBits(seed, i, j, 0);
      const away = distance(i + (point & 255) / 255 - x, j + ((point >>> 8) & 255) / 255 - y);
      if (away < nearest) {
        second = nearest;
        nearest = away;
        bits = point;
      } else if (away < second) second = away;
    }
  return { nearest, second, bits };
}

/** Two interlocking arcs of densely packed cells in paler tissue. */
function hippocampus(look: Look, a: number, y: number, w: number): Look {
  const [hx, hy] = [(a - 0.3) / 1.45, y + 0.2 + 0.03 * w];
  const field = ellipse(hx, hy, 0.2, 0.17);
  if (field === 0) return look;
  const radius = distance(hx, hy);
  const horn = band(radius - 0.13, 0.009) * smoothStep(0.05, 0, hy);
  const [gx, gy] = [hx + 0.035, hy - 0.012];
  const dentate = band(distance(gx, gy * 1.7) - 0.06, 0.009) * smoothStep(0.05, 0.02, gx);
  return blend(blend(look, [0.5, 0.58, 0.2], field), [1.6, 0.5, 1.4], Math.max(horn, dentate));
}

function ventricles(a: number, y: number, w: number): number {
  const third = ellipse(a, y - 0.3, 0.014 + 0.008 * w, 0.26);
  const lateral = ellipse(a - 0.36 - 0.5 * (y + 0.02) ** 2, y + 0.02, 0.018 + 0.008 * w, 0.17);
  return Math.max(third, lateral);
}

/** 1 within, 0 without, with a soft rim. */
const ellipse = (x: number, y: number, a: number, b: number): number =>
  smoothStep(1.08, 0.92, distance(x / a, y / b));

const band = (distance: number, halfWidth: number): number =>
  smoothStep(halfWidth * 1.4, halfWidth * 0.6, Math.abs(distance));

const blend = (a: Look, b: Look, share: number): Look =>
  share <= 0 ? a : share >= 1 ? b : [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];

/** `Math.hypot` guards against overflow and takes ten times as long. */
const distance = (x: number, y: number): number => Math.sqrt(x * x + y * y);
