/** The contact sheet: three sections, the tiles' outlines and how far each was shifted, as a PNG. */

import { drawPage } from '../drawing.ts';
import { drawPanels, drawShifts, pixelsPerVoxel, type Sheet } from './sheet-drawing.ts';
import { layOutSheet } from './sheet-layout.ts';
import { drawLegend, drawScaleBar, drawTitle } from './sheet-legend.ts';
import { panelPictures } from './sheet-picture.ts';
import { shiftScale } from './shift-scale.ts';
import { tileShifts } from './tile-shifts.ts';

/** Throws `DrawingError`. */
export async function contactSheet(sheet: Sheet): Promise<Uint8Array> {
  const { placement } = sheet;
  const [umX, umY, umZ] = placement.voxelSizeUm;
  const layout = layOutSheet([placement.size[0] * umX, placement.size[1] * umY, placement.size[2] * umZ]);
  const shifts = tileShifts(placement);
  const perVoxel = [pixelsPerVoxel(sheet, layout, 0), pixelsPerVoxel(sheet, layout, 1)] as const;
  const tilePixels = Math.min(placement.tileSize[0] * perVoxel[0], placement.tileSize[1] * perVoxel[1]);
  const scale = shiftScale(shifts, perVoxel, tilePixels);
  const parts = [
    ...drawPanels(sheet, layout),
    ...drawShifts(sheet, layout, shifts, scale),
    ...drawTitle(sheet, layout),
    ...drawScaleBar(layout),
    ...drawLegend(sheet, layout, scale),
  ];
  return drawPage(layout.width, layout.height, await panelPictures(sheet.sections, layout), parts);
}
