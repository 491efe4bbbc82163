/** The contact sheet's title, scale bar and legend. */
import { channelFolder } from '../../../output-volume.ts';
import { arrow, box, COLOURS, line, outline, text, textWidth } from '../svg.ts';
import { pixelsPerVoxel, type Sheet } from './sheet-drawing.ts';
import type { SheetLayout } from './sheet-layout.ts';
import { roundDown, type ShiftScale, shiftColour } from './shift-scale.ts';

export function drawTitle({ channel, placement, frame }: Sheet, { xy }: SheetLayout): string[] {
  const { tiles, size } = placement;
  const micrometres = frame.voxelSizeUm.map((um) => um.toFixed(1)).join(' x ');
  const facts = [
    `${tiles.length} ${tiles.length === 1 ? 'tile' : 'tiles'}`,
    `${size.join(' x ')} voxels when fused`,
    `shown at ${frame.size.join(' x ')}, voxels of ${micrometres} µm`,
  ];
  return [
    text([xy.left, 40], `${channelFolder(channel)}, preview`, { size: 21, weight: 600 }),
    text([xy.left, 63], facts.join('  ·  '), { fill: COLOURS.muted }),
  ];
}

/** A round length, about a fifth of the x-y section. */
export function drawScaleBar({ xy, pixelsPerUm }: SheetLayout): string[] {
  const um = roundDown(xy.width / pixelsPerUm[0] / 4);
  const width = um * pixelsPerUm[0];
  const [right, bottom] = [xy.left + xy.width - 16, xy.top + xy.height - 16];
  return [
    line([right - width, bottom], [right, bottom], '#000', 7),
    line([right - width, bottom], [right, bottom], COLOURS.text, 3.5),
    text([right - width / 2, bottom - 9], um >= 1000 ? `${um / 1000} mm` : `${um} µm`, { anchor: 'middle' }),
  ];
}

const SAMPLE = 30;
const SPACE = 20;
const ROW = 27;

/** Entries side by side, each a sample and its words, in as many rows as they need. */
export function drawLegend(sheet: Sheet, layout: SheetLayout, scale: ShiftScale): string[] {
  const parts: string[] = [];
  let left = layout.xy.left;
  let y = layout.legendTop + 10;
  const entry = (words: string, sampleWidth: number, sample: (left: number) => string): void => {
    const width = sampleWidth + 8 + textWidth(words);
    if (left + width > layout.width) {
      left = layout.xy.left;
      y += ROW;
    }
    parts.push(sample(left), text([left + sampleWidth + 8, y + 4.5], words));
    left += width + SPACE;
  };
  for (const [source, words] of Object.entries(SOURCES)) {
    if (sheet.placement.tiles.some((tile) => tile.source === source))
      entry(words, SAMPLE, (at) => outline([at, y - 8], SAMPLE, 16, source === 'stage'));
  }
  entry('no tile', 18, (at) => box([at, y - 8], 18, 16, COLOURS.uncovered));
  const shift = sampleShift(sheet, layout, scale);
  if (shift !== undefined)
    entry(shift.words, shift.width, (at) => arrow([at, y], [at + shift.width, y], shiftColour(0)));
  if (scale.isCut) entry('a larger shift', SAMPLE, (at) => arrow([at, y], [at + SAMPLE, y], COLOURS.cut));
  if (scale.mostZ > 0) {
    const most = scale.mostZ.toFixed(1);
    entry(`shift in z: −${most} to +${most} planes`, 5 * 12, (at) => zBar(at, y));
  }
  return [...parts, remarks(layout, scale, y + ROW + 5)];
}

const SOURCES = {
  pairs: 'tile, placed by its overlaps',
  stage: 'tile, placed by the stage alone',
  given: 'tile, placed as given',
} as const;

function sampleShift(
  sheet: Sheet,
  layout: SheetLayout,
  { exaggeration }: ShiftScale,
): { words: string; width: number } | undefined {
  if (exaggeration === 0) return undefined;
  const perVoxel = pixelsPerVoxel(sheet, layout, 0) * exaggeration;
  const voxels = roundDown(60 / perVoxel);
  const times = exaggeration === 1 ? '' : `, drawn ${exaggeration} x`;
  return {
    words: `shift of ${voxels} ${voxels === 1 ? 'voxel' : 'voxels'}${times}`,
    width: voxels * perVoxel,
  };
}

const zBar = (left: number, y: number): string =>
  [-1, -0.5, 0, 0.5, 1].map((share, i) => box([left + i * 12, y - 8], 12, 16, shiftColour(share))).join('');

function remarks({ xy, zStretch }: SheetLayout, { exaggeration, mostZ }: ShiftScale, y: number): string {
  const words = [
    exaggeration > 0 || mostZ > 0
      ? 'Shifts (x, y, z in voxels) are positions minus the stage’s, minus the median over all tiles.'
      : 'Every tile lies where the stage put it.',
    ...(zStretch > 1 ? [`z is drawn ${zStretch} x.`] : []),
  ];
  return text([xy.left, y], words.join('  '), { fill: COLOURS.muted, size: 12 });
}
