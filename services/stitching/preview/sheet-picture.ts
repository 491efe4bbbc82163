/** The sections of the contact sheet as pictures: grey values, dark blue where no tile is. */
import { quantile } from '../../../shared/numerics/statistics.ts';
import { withSharp } from '../../../shared/pictures/drawing.ts';
import type { Inset } from './drawing.ts';
import type { Section, Sections } from './sections.ts';
import type { Panel, SheetLayout } from './sheet-layout.ts';

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

async function panelPicture(
  { width, height, values }: Section,
  panel: Panel,
  grey: (value: number) => number,
): Promise<Inset> {
  const pixels = new Uint8Array(values.length * 3);
  values.forEach((value, i) => {
    pixels.set(value === 0 ? UNCOVERED : new Array<number>(3).fill(grey(value)), i * 3);
  });
  const enlarged = Math.max(panel.width / width, panel.height / height);
  const kernel = enlarged > MOST_SMOOTHED ? 'nearest' : 'cubic';
  const input = await withSharp((sharp) =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize(panel.width, panel.height, { fit: 'fill', kernel })
      .png()
      .toBuffer(),
  );
  return { input, left: panel.left, top: panel.top };
}

/** 0 to 255 for a value; values of 0, where no tile is, do not count for the contrast. */
export function greyScale(sections: readonly Pick<Section, 'values'>[]): (value: number) => number {
  const covered = sections.flatMap(({ values }) => [...values.filter((value) => value > 0)]);
  const [black, white] = [quantile(covered, BLACK), quantile(covered, WHITE)];
  const range = white > black ? white - black : Math.max(1, black);
  return (value) => {
    const share = Math.min(1, Math.max(0, (value - black) / range));
    return Math.round(255 * share ** GAMMA);
  };
}
