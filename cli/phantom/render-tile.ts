/** The light that one channel of one tile sees, plane by plane. */
import { type Tissue, tissueAt } from './brain.ts';
import { latticeValue } from './lattice-noise.ts';
import { mosaicSize, type PhantomPlan, type PhantomTile } from './plan.ts';
import { type Placed, splineField } from './spline-field.ts';
import { stampsOf } from './stamps.ts';
import { type Anatomy, type Bundles, bundlesNear, cellsNear } from './structures.ts';

/** Share of the mosaic's half width and height that the brain's coordinates call 1. */
const BRAIN = 0.97;
/** Voxels between the points at which the anatomy is worked out. */
const ANATOMY_SPACING = [4, 4, 8] as const;
/** Texture reaches to about 0.2 cycles a voxel; cells and fibres carry on to 0.3. */
const TEXTURE_SPACING = [2.6, 2.6, 2.6] as const;

interface ChannelLook {
  readonly brightness: (tissue: Tissue) => number;
  /** Counts where the brightness is 1. */
  readonly counts: number;
  readonly texture: number;
  /** Cells per box of 16 voxels a side where they are densest. */
  readonly packing: number;
  readonly fibres: Bundles;
}

const LABELLED: ChannelLook = {
  brightness: ({ signal }) => signal,
  counts: 420,
  texture: 0.7,
  packing: 3.5,
  fibres: { perMegapixel: 136, length: 260, sigma: [1.1, 1.6], amplitude: [40, 170] },
};
const AUTOFLUORESCENT: ChannelLook = {
  brightness: ({ autofluorescence }) => autofluorescence,
  counts: 520,
  texture: 0.25,
  packing: 0.08,
  fibres: { perMegapixel: 63, length: 260, sigma: [1.4, 2.2], amplitude: [20, 70] },
};
const VESSELS: Bundles = { perMegapixel: 58, length: 240, sigma: [1.5, 2.8], amplitude: [-80, -40] };

/** The planes of a tile in order, in counts, below 0 where vessels cross; each array is reused for the next plane. */
export function* renderTile(plan: PhantomPlan, tile: PhantomTile, channel: number): Generator<Float32Array> {
  const look = channel === 0 ? LABELLED : AUTOFLUORESCENT;
  const size = mosaicSize(plan);
  const placed: Placed = { position: tile.position, size: plan.tileSize };
  const anatomy = anatomyOf(plan.seed, size);
  const brightness = brightnessField(placed, anatomy, look);
  const textureSeed = plan.seed + 1000 + channel;
  const texture = splineField(placed, TEXTURE_SPACING, (i, j, k) => latticeValue(textureSeed, i, j, k));
  const stamps = stampsOf(
    [
      ...cellsNear(plan.seed + 2000 + channel, placed, anatomy, look.packing),
      ...bundlesNear(plan.seed + 3000, size, placed, anatomy, look.fibres),
      ...bundlesNear(plan.seed + 4000, size, placed, anatomy, VESSELS),
    ],
    placed,
  );
  for (let z = 0; z < plan.tileSize[2]; z++) {
    const light = brightness.plane(z);
    const grain = texture.plane(z);
    for (let i = 0; i < light.length; i++) light[i]! *= 1 + look.texture * grain[i]!;
    stamps.addTo(light, z);
    yield light;
  }
}

function brightnessField(tile: Placed, anatomy: Anatomy, { brightness, counts }: ChannelLook) {
  const [x, y, z] = ANATOMY_SPACING;
  return splineField(tile, ANATOMY_SPACING, (i, j, k) => {
    const tissue = anatomy(i * x, j * y, k * z);
    return counts * tissue.inside * brightness(tissue);
  });
}

/** The tissue at voxels of the mosaic, which need not be whole. */
export function anatomyOf(seed: number, [width, height, depth]: readonly [number, number, number]): Anatomy {
  const [cx, cy, cz] = [(width - 1) / 2, (height - 1) / 2, (depth - 1) / 2];
  const [sx, sy, sz] = [(BRAIN * width) / 2, (BRAIN * height) / 2, Math.max(1, depth / 2)];
  return (x, y, z) => tissueAt(seed, (x - cx) / sx, (y - cy) / sy, (z - cz) / sz);
}
