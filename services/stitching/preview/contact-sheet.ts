/** The contact sheet: three sections, the tiles' outlines and how far each was shifted, as a PNG. */

import { drawPanels, drawShifts, pixelsPerVoxel, type Sheet } from './sheet-drawing.ts';
import { layOutSheet } from './sheet-layout.ts';
import { drawLegend, drawScaleBar, drawTitle } from './sheet-legend.ts';
import { panelPictures } from './sheet-picture.ts';
import { shiftScale } from './shift-scale.ts';
import { COLOURS, svg } from './svg.ts';
import { tileShifts } from './tile-shifts.ts';

export async function contactSheet(sheet: Sheet): Promise<Uint8Array> {
  const { placement } = sheet;
  const [umX, umY, umZ] = placement.voxelSizeUm;
  const layout = layOutSheet([placement.size[0] * umX, placement.size[1] * umY, placement.size[2] * umZ]);
  const shifts = tileShifts(placement);
  const perVoxel = [pixelsPerVoxel(sheet, layout, 0), pixelsPerVoxel(sheet, layout, 1)] as const;
  const tilePixels = Math.min(placement.tileSize[0] * perVoxel[0], placement.tileSize[1] * perVoxel[1]);
  const scale = shiftScale(shifts, perVoxel, tilePixels);
  const drawing = svg(layout.width, layout.height, [
    ...drawPanels(sheet, layout),
    ...drawShifts(sheet, layout, shifts, scale),
    ...drawTitle(sheet, layout),
    ...drawScaleBar(layout),
    ...drawLegend(sheet, layout, scale),
  ]);
  const { default: sharp } = await import('sharp');
  const { width, height } = layout;
  const page = sharp({ create: { width, height, channels: 3, background: COLOURS.page } });
  const pictures = await panelPictures(sheet.sections, layout);
  return page
    .composite([...pictures, { input: drawing, left: 0, top: 0 }])
    .png({ compressionLevel: 9, palette: true, dither: 0 })
    .toBuffer();
}
