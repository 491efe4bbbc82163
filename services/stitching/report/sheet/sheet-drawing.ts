/** What is drawn over the sections: outlines of the tiles, their shifts, and where the sections lie. */
import type { Placement } from '../../../../shared/acquisition/placement.ts';
import type { Vec3 } from '../../../../shared/geometry/box.ts';
import type { PreviewFrame } from '../../preview/preview-frame.ts';
import type { Panel } from '../drawing.ts';
import { arrow, COLOURS, line, outline, type Point, text } from '../svg.ts';
import type { Sections } from './sections.ts';
import type { SheetLayout } from './sheet-layout.ts';
import { type ShiftScale, shiftColour } from './shift-scale.ts';
import type { TileShift } from './tile-shifts.ts';

export interface Sheet {
  readonly channel: number;
  readonly placement: Placement;
  readonly frame: PreviewFrame;
  readonly sections: Sections;
}

export type Axis = 0 | 1 | 2;

/** Pixels per voxel of the full volume along an axis. */
export const pixelsPerVoxel = ({ placement }: Sheet, { pixelsPerUm }: SheetLayout, axis: Axis): number =>
  placement.voxelSizeUm[axis] * pixelsPerUm[axis];

/** In a tile narrower than this there is no room for words. */
const ROOM_FOR_NAME = 44;
const ROOM_FOR_SHIFT = 150;

export function drawPanels(sheet: Sheet, layout: SheetLayout): string[] {
  const panels: readonly (readonly [Panel, Axis, Axis])[] = [
    [layout.xy, 0, 1],
    [layout.xz, 0, 2],
    [layout.zy, 2, 1],
  ];
  return panels.flatMap(([panel, across, down]) => [
    ...tileOutlines(sheet, layout, panel, across, down),
    ...crossHair(sheet, layout, panel, across, down),
    panelTitle(sheet, panel, across, down),
  ]);
}

/** Of the tiles that the section cuts; in x-y, of all. */
function tileOutlines(sheet: Sheet, layout: SheetLayout, panel: Panel, across: Axis, down: Axis): string[] {
  const { placement } = sheet;
  const through = (3 - across - down) as Axis;
  const at = sectionVoxel(sheet, through);
  const [perX, perY] = [pixelsPerVoxel(sheet, layout, across), pixelsPerVoxel(sheet, layout, down)];
  return placement.tiles
    .filter(({ position }) => through === 2 || isInside(at, position[through], placement.tileSize[through]))
    .map(({ position, source }) =>
      outline(
        [panel.left + position[across] * perX, panel.top + position[down] * perY],
        placement.tileSize[across] * perX,
        placement.tileSize[down] * perY,
        source === 'stage',
      ),
    );
}

const isInside = (at: number, start: number, extent: number): boolean => at >= start && at < start + extent;

/** Where a section lies, in voxels of the full volume. */
const sectionVoxel = ({ sections, frame }: Sheet, axis: Axis): number =>
  (sections.at[axis] + 0.5) * frame.factor[axis];

function crossHair(sheet: Sheet, layout: SheetLayout, panel: Panel, across: Axis, down: Axis): string[] {
  const x = panel.left + sectionVoxel(sheet, across) * pixelsPerVoxel(sheet, layout, across);
  const y = panel.top + sectionVoxel(sheet, down) * pixelsPerVoxel(sheet, layout, down);
  const [right, bottom] = [panel.left + panel.width, panel.top + panel.height];
  const tick = (from: Point, to: Point) => line(from, to, COLOURS.text, 1.2);
  return [
    tick([x, panel.top - 7], [x, panel.top - 1]),
    tick([x, bottom + 1], [x, bottom + 7]),
    tick([panel.left - 7, y], [panel.left - 1, y]),
    tick([right + 1, y], [right + 7, y]),
  ];
}

const AXES = ['x', 'y', 'z'] as const;

function panelTitle(sheet: Sheet, panel: Panel, across: Axis, down: Axis): string {
  const through = (3 - across - down) as Axis;
  const mm = (sectionVoxel(sheet, through) * sheet.placement.voxelSizeUm[through]) / 1000;
  const words = `${AXES[across]} → ${AXES[down]} ↓ at ${AXES[through]} = ${mm.toFixed(2)} mm`;
  return text([panel.left, panel.top - 12], words, { fill: COLOURS.muted, size: 12 });
}

/** Arrows from the tiles' centres, with the name and the shift where there is room. */
export function drawShifts(
  sheet: Sheet,
  layout: SheetLayout,
  shifts: readonly TileShift[],
  scale: ShiftScale,
): string[] {
  const { tileSize } = sheet.placement;
  const [perX, perY] = [pixelsPerVoxel(sheet, layout, 0), pixelsPerVoxel(sheet, layout, 1)];
  const isShifted = scale.exaggeration > 0 || scale.mostZ > 0;
  const width = tileSize[0] * perX;
  return shifts.flatMap(({ tile, shift }) => {
    const x = layout.xy.left + (tile.position[0] + tileSize[0] / 2) * perX;
    const y = layout.xy.top + (tile.position[1] + tileSize[1] / 2) * perY;
    const parts = isShifted ? [shiftArrow([x, y], [shift[0] * perX, shift[1] * perY], shift[2], scale)] : [];
    const figures = isShifted && width >= ROOM_FOR_SHIFT ? `  (${shift.map(signed).join(', ')})` : '';
    if (width >= ROOM_FOR_NAME) parts.push(besideArrow(`${tile.loc}${figures}`, shift, [x, y]));
    return parts;
  });
}

/** `along`: the shift in pixels of the picture, not exaggerated; `z`: in planes. */
function shiftArrow(foot: Point, along: Point, z: number, scale: ShiftScale): string {
  const length = Math.hypot(...along) * scale.exaggeration;
  const isCut = length > scale.mostPixels;
  const drawn = scale.exaggeration * (isCut ? scale.mostPixels / length : 1);
  const colour = isCut ? COLOURS.cut : shiftColour(scale.mostZ === 0 ? 0 : z / scale.mostZ);
  return arrow(foot, [foot[0] + along[0] * drawn, foot[1] + along[1] * drawn], colour);
}

/** At the arrow's foot, where the arrow does not go. */
const besideArrow = (words: string, [, down]: Vec3, [x, y]: Point): string =>
  text([x, down < 0 ? y + 20 : y - 11], words, { size: 11.5, anchor: 'middle' });

/** `+0.4`, `−1.2`, and 0 without a sign. */
export function signed(value: number): string {
  const digits = Math.abs(value).toFixed(1);
  if (Number(digits) === 0) return '0';
  return value < 0 ? `−${digits}` : `+${digits}`;
}
