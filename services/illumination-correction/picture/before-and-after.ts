/** Three sections through the middle of what was estimated from: before, after, and the factor between them. */
import { fieldBlock } from '../../../shared/illumination/block.ts';
import type { IlluminationField } from '../../../shared/illumination/field.ts';
import type { LowVolume, Three } from '../../../shared/illumination/volume.ts';
import { quantile } from '../../../shared/numerics/statistics.ts';
import { drawPage, type Panel, type Words } from './page.ts';
import { cutSections, type Section } from './sections.ts';

/** Black and white lie at these shares of the voxels. */
const BLACK = 0.005;
const WHITE = 0.997;
const GAMMA = 0.75;

/** Pixels of the page. */
const COLUMNS_WIDTH = 1080;
const ROWS_HEIGHT = 900;
const GAP = 12;
const TITLE = 24;

type Colour = readonly [number, number, number];

/** Throws `DrawingError`. `isApplied`: false where the field is only shown. */
export function beforeAndAfter(
  low: LowVolume,
  field: IlluminationField,
  isApplied: boolean,
): Promise<Uint8Array> {
  const factors = fieldBlock(field, { voxelSizeUm: low.voxelSizeUm, origin: [0, 0, 0], size: low.size });
  const after = low.data.map((value, i) => value * factors[i]!);
  const grey = greyScale(low.data, after);
  const [least, most] = range(factors);
  return drawColumns(low, [
    { title: 'before', values: low.data, colour: grey },
    { title: isApplied ? 'after' : 'as it would be (not applied)', values: after, colour: grey },
    {
      title: `factor: ${least.toFixed(2)} (blue) to ${most.toFixed(2)} (orange)`,
      values: factors,
      colour: factorScale(least, most),
    },
  ]);
}

interface Column {
  readonly title: string;
  readonly values: Float32Array;
  readonly colour: (value: number) => Colour;
}

function drawColumns({ size, voxelSizeUm }: LowVolume, columns: readonly Column[]): Promise<Uint8Array> {
  const pixels = pixelsOf(size.map((voxels, axis) => voxels * voxelSizeUm[axis]!) as unknown as Three);
  const width = Math.max(pixels[0], pixels[2]);
  const panels: Panel[] = [];
  const words: Words[] = [];
  for (const [n, { title, values, colour }] of columns.entries()) {
    const left = GAP + n * (width + GAP);
    words.push({ left, base: TITLE, text: title });
    let top = TITLE + GAP;
    for (const section of cutSections(values, size)) {
      const panel = { left, top, width: pixels[section.across], height: pixels[section.down] };
      panels.push({ ...panel, image: painted(section, colour) });
      top += panel.height + GAP;
    }
  }
  const page = {
    width: GAP + columns.length * (width + GAP),
    height: TITLE + 2 * pixels[1] + pixels[2] + 4 * GAP,
  };
  return drawPage(page, panels, words);
}

/** Along each axis of the volume. */
function pixelsOf(um: Three): Three {
  const perUm = Math.min(COLUMNS_WIDTH / (3 * Math.max(um[0], um[2])), ROWS_HEIGHT / (2 * um[1] + um[2]));
  return um.map((length) => Math.max(1, Math.round(length * perUm))) as unknown as Three;
}

function painted({ width, height, values }: Section, colour: (value: number) => Colour): Panel['image'] {
  const pixels = new Uint8Array(3 * values.length);
  values.forEach((value, i) => {
    pixels.set(colour(value), 3 * i);
  });
  return { width, height, pixels };
}

/** The same for both, so that they can be compared; voxels of 0, where nothing was imaged, do not count. */
function greyScale(before: Float32Array, after: Float32Array): (value: number) => Colour {
  const seen = [...before, ...after].filter((value) => value > 0);
  const [black, white] = [quantile(seen, BLACK), quantile(seen, WHITE)];
  return (value) => {
    const share = Math.min(1, Math.max(0, (value - black) / (white > black ? white - black : 1)));
    const level = Math.round(255 * share ** GAMMA);
    return [level, level, level];
  };
}

const DARKENS: Colour = [84, 160, 255];
const KEEPS: Colour = [240, 240, 240];
const BRIGHTENS: Colour = [255, 138, 60];

/** Ratios, not differences: half as bright is as far from no change as twice as bright. */
function factorScale(least: number, most: number): (factor: number) => Colour {
  const furthest = Math.max(Math.abs(Math.log(least)), Math.abs(Math.log(most)), 1e-6);
  return (factor) => {
    const share = Math.log(factor) / furthest;
    const end = share < 0 ? DARKENS : BRIGHTENS;
    const mixed = (i: 0 | 1 | 2) => Math.round(KEEPS[i] + Math.min(1, Math.abs(share)) * (end[i] - KEEPS[i]));
    return [mixed(0), mixed(1), mixed(2)];
  };
}

const range = (values: Float32Array): [number, number] => [
  values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  values.reduce((most, value) => Math.max(most, value), 0),
];
