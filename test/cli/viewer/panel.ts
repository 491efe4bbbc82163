/** The pixels of the viewer's x-y panel, and which voxel each of them shows (VIEWER section 2). */
import type { Page } from 'playwright-core';

export interface Panel {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of the pixel; y down. */
  readonly colourAt: (x: number, y: number) => readonly [number, number, number];
}

interface Drawn {
  readonly canvas: readonly [number, number];
  readonly panel: readonly [number, number, number, number];
  readonly data: readonly number[];
}

const READ_PIXELS = `(() => {
  viewer.display.draw();
  const gl = viewer.display.gl, all = new Uint8Array(gl.canvas.width * gl.canvas.height * 4);
  gl.readPixels(0, 0, gl.canvas.width, gl.canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, all);
  const r = [...viewer.display.panels].find((panel) => panel.sliceView).element.getBoundingClientRect();
  const c = gl.canvas.getBoundingClientRect();
  return { canvas: [gl.canvas.width, gl.canvas.height], panel: [r.left - c.left, r.top - c.top, r.width, r.height], data: Array.from(all) };
})()`;

export async function readPanel(page: Page): Promise<Panel> {
  const { canvas, panel, data } = (await page.evaluate(READ_PIXELS)) as Drawn;
  const [canvasWidth, canvasHeight] = canvas;
  const [left, top, width, height] = panel;
  return {
    width,
    height,
    colourAt: (x, y) => {
      // WebGL counts rows from below.
      const at = 4 * ((canvasHeight - 1 - (top + y)) * canvasWidth + left + x);
      return [data[at]!, data[at + 1]!, data[at + 2]!];
    },
  };
}

/** Pixels of the panel's frame, drawn over the image. */
const FRAME = 2;

/** Counts the pixels whose colour is not the expected one; `expected` gets the position under the pixel's centre. */
export function wrongPixels(
  { width, height, colourAt }: Panel,
  [px, py]: readonly [number, number],
  scale: number,
  expected: (x: number, y: number) => readonly [number, number, number],
): { readonly wrong: number; readonly bright: number } {
  let wrong = 0;
  let bright = 0;
  // With an odd side pixel centres fall on the borders between voxels.
  if (width % 2 !== 0 || height % 2 !== 0) throw new Error(`a panel of ${width} x ${height} pixels`);
  for (let y = FRAME; y < height - FRAME; y++) {
    for (let x = FRAME; x < width - FRAME; x++) {
      const want = expected(px + (x + 0.5 - width / 2) * scale, py + (y + 0.5 - height / 2) * scale);
      const got = colourAt(x, y);
      if (want.some((value, i) => value !== got[i])) wrong++;
      if (got.some((value) => value > 0)) bright++;
    }
  }
  return { wrong, bright };
}
