/** A seam before and after: both tiles in two colours, and blended. */
import { type SeamFigures, tileName } from '../../../shared/acquisition/quality-report.ts';
import { drawPicture, type PlacedImage, rgbImage } from './draw.ts';
import type { Panel } from './drawing.ts';
import type { MeasuredSeam, SeenSeam } from './measure-seams.ts';
import { PHASES, type Phase } from './seam.ts';
import { chooseWindow, type Window, type WindowPixels, windowPixels } from './seam-window.ts';
import { greyScale } from './sheet/sheet-picture.ts';
import { roundDown } from './sheet/shift-scale.ts';
import { COLOURS, line, text } from './svg.ts';

const MARGIN = 28;
const HEADER = 104;
const UNDER = 62;
const GAP = 22;
/** For the words under a panel. */
const LEAST_WIDTH = 168;
/** Pixels that a panel's longer side is enlarged to. */
const LONG_SIDE = 480;
const LEAST_PAGE = 640;

const TITLES: Readonly<Record<Phase, string>> = { before: 'as the stage put them', after: 'as placed' };

/** Undefined where no plane shows the overlap. */
export async function seamPicture(
  measured: MeasuredSeam,
  seen: SeenSeam,
  umPerVoxel: number,
): Promise<Uint8Array | undefined> {
  const { axis } = measured.seam;
  const window = chooseWindow(seen, axis);
  if (window === undefined) return undefined;
  const shown = PHASES.map((phase) => ({ phase, pixels: windowPixels(seen, phase, window, axis) }));
  const grey = greyScale(
    shown.flatMap(({ pixels }) => (pixels ? [{ values: pixels.a }, { values: pixels.b }] : [])),
  );
  const layout = layOut(window, axis === 'x');
  const images = shown.flatMap(({ phase, pixels }) =>
    pixels ? panelsOf(pixels, window, grey, layout, phase) : [],
  );
  const parts = [
    ...title(measured),
    ...shown.flatMap(({ phase, pixels }) => captions(layout, phase, measured[phase], pixels !== undefined)),
    ...scaleBar(layout.panels.two.before, layout.enlarged, umPerVoxel),
  ];
  return drawPicture(layout.width, layout.height, images, parts);
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly enlarged: number;
  /** Two colours, and blended. */
  readonly panels: Readonly<Record<'two' | 'one', Readonly<Record<Phase, Panel>>>>;
}

/** Tall panels beside each other, wide ones in two rows. */
function layOut({ columns, rows }: Window, isTall: boolean): Layout {
  const enlarged = Math.max(1, Math.min(6, Math.floor(LONG_SIDE / Math.max(columns, rows))));
  const [width, height] = [columns * enlarged, rows * enlarged];
  const pitch = Math.max(width, LEAST_WIDTH) + GAP;
  const panel = (column: number, row: number): Panel => ({
    left: MARGIN + column * pitch + (column > 1 ? GAP : 0),
    top: HEADER + row * (height + UNDER + GAP),
    width,
    height,
  });
  const second = isTall ? ([2, 0] as const) : ([0, 1] as const);
  return {
    width: Math.max(LEAST_PAGE, 2 * MARGIN + (isTall ? 4 : 2) * pitch),
    height: HEADER + (isTall ? 1 : 2) * (height + UNDER + GAP),
    enlarged,
    panels: {
      two: { before: panel(0, 0), after: panel(1, 0) },
      one: { before: panel(second[0], second[1]), after: panel(second[0] + 1, second[1]) },
    },
  };
}

/** Magenta and green: grey where the tiles agree, whatever one's eyes. */
function panelsOf(
  { a, b, blended }: WindowPixels,
  { columns, rows }: Window,
  grey: (value: number) => number,
  { panels }: Layout,
  phase: Phase,
): PlacedImage[] {
  const two = rgbImage(columns, rows, (i) => [grey(a[i]!), grey(b[i]!), grey(a[i]!)]);
  const one = rgbImage(columns, rows, (i) => [grey(blended[i]!), grey(blended[i]!), grey(blended[i]!)]);
  return [
    { image: two, panel: panels.two[phase] },
    { image: one, panel: panels.one[phase] },
  ];
}

function title({ seam, height }: MeasuredSeam): string[] {
  const [a, b] = [tileName(seam.a.loc), tileName(seam.b.loc)];
  const lies = seam.axis === 'x' ? 'right of' : 'below';
  return [
    text([MARGIN, 36], `${a} and ${b}`, { size: 19, weight: 600 }),
    text([MARGIN, 57], `their overlap at full resolution, plane z = ${height ?? 0}; ${b} lies ${lies} ${a}`, {
      fill: COLOURS.muted,
    }),
  ];
}

function captions(layout: Layout, phase: Phase, figures: SeamFigures | null, isShown: boolean): string[] {
  const { two, one } = layout.panels;
  const above = (panel: Panel, words: string) =>
    text([panel.left, panel.top - 9], words, { size: 12, fill: COLOURS.muted });
  const below = (panel: Panel, row: number, words: string) =>
    text([panel.left, panel.top + panel.height + 18 + row * 17], words, { size: 12 });
  const muted = (panel: Panel, row: number, words: string) =>
    text([panel.left, panel.top + panel.height + 18 + row * 17], words, { size: 12, fill: COLOURS.muted });
  if (!isShown) return [above(two[phase], TITLES[phase]), below(two[phase], 0, 'no overlap here')];
  const what =
    phase === 'before'
      ? [
          muted(two.before, 2, 'magenta and green: one tile each'),
          muted(one.before, 0, 'both blended, linearly'),
        ]
      : [];
  if (figures === null) return [above(two[phase], TITLES[phase]), above(one[phase], TITLES[phase]), ...what];
  return [
    above(two[phase], TITLES[phase]),
    above(one[phase], TITLES[phase]),
    below(two[phase], 0, `mean difference ${figures.meanDifference.toFixed(1)}`),
    below(
      two[phase],
      1,
      `correlation ${figures.correlation === null ? 'none' : figures.correlation.toFixed(2)}`,
    ),
    ...what,
  ];
}

/** A round length, about a third of the panel. */
function scaleBar({ left, top, width, height }: Panel, enlarged: number, umPerVoxel: number): string[] {
  const um = roundDown((width / enlarged / 2.5) * umPerVoxel);
  const length = (um / umPerVoxel) * enlarged;
  const y = top + height - 10;
  return [
    line([left + 10, y], [left + 10 + length, y], '#000', 6),
    line([left + 10, y], [left + 10 + length, y], COLOURS.text, 3),
    text([left + 10, y - 8], `${um} µm`, { size: 12 }),
  ];
}
