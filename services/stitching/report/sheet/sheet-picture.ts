/** The sections of the contact sheet as pictures: grey values, dark blue where no tile is. */
import { quantile } from '../../../../shared/numerics/statistics.ts';
import { drawInset, type Inset, type Panel } from '../drawing.ts';
import type { Section, Sections } from './sections.ts';
import type { SheetLayout } from './sheet-layout.ts';

/** Black and white lie at these shares of the voxels, so that a few bright ones do not darken the rest. */
const BLACK = 0.005;
const WHITE = 0.997;
/** Lifts dim tissue. */
const GAMMA = 0.75;
/** Enlarged more than this, smoothing would show what nobody recorded. */
const MOST_SMOOTHED = 8;
const UNCOVERED = [30, 36, 56] as const;

export async function panelPictures(sections: Sections, layout: SheetLayout): Promise<Inset[]> {
  const grey = greyScale([sections.xy, sections.xz, sections.zy]);
  const pairs = [
    [sections.xy, layout.xy],
    [sections.xz, layout.xz],
    [sections.zy, layout.zy],
  ] as const;
  return Promise.all(pairs.map(([section, panel]) => panelPicture(section, panel, grey)));
}

function panelPicture(
  { width, height, values }: Section,
  panel: Panel,
  grey: (value: number) => number,
): Promise<Inset> {
  const pixels = new Uint8Array(values.length * 3);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0) pixels.set(UNCOVERED, i * 3);
    else pixels.fill(grey(value), i * 3, i * 3 + 3);
  }
  const enlarged = Math.max(panel.width / width, panel.height / height);
  return drawInset({ width, height, pixels }, panel, enlarged > MOST_SMOOTHED ? 'nearest' : 'cubic');
}

/** 0 to 255 for a value; values of 0, where no tile is, do not count for the contrast. */
export function greyScale(sections: readonly Pick<Section, 'values'>[]): (value: number) => number {
  const covered = aboveZero(sections);
  const [black, white] = [quantile(covered, BLACK), quantile(covered, WHITE)];
  const range = white > black ? white - black : Math.max(1, black);
  return (value) => {
    const share = Math.min(1, Math.max(0, (value - black) / range));
    return Math.round(255 * share ** GAMMA);
  };
}

function aboveZero(sections: readonly Pick<Section, 'values'>[]): Float32Array {
  const found = new Float32Array(sections.reduce((sum, { values }) => sum + values.length, 0));
  let count = 0;
  for (const { values } of sections)
    for (let i = 0; i < values.length; i++) if (values[i]! > 0) found[count++] = values[i]!;
  return found.subarray(0, count);
}
